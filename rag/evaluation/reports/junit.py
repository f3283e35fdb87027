"""A run as JUnit XML, which every CI server shows: one test case a question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from rag.evaluation.reports.story import story
from rag.evaluation.runs.record import Record

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(name: str, records: Sequence[Record]) -> str:
    """The XML. A wrong answer is a failure, an error an error; seconds are those of the answer itself."""
    failures = sum(not r.verdict.right and r.failure is None for r in records)
    errors = sum(r.failure is not None for r in records)
    totals = {"tests": str(len(records)), "failures": str(failures), "errors": str(errors)}
    suites = Element("testsuites", totals)
    suite = SubElement(suites, "testsuite", {"name": _clean(name), **totals})
    for record in records:
        seconds = record.outcome.provenance.timings.total / 1000 if record.outcome else 0.0
        case = SubElement(
            suite,
            "testcase",
            {
                "classname": _clean(f"{name}.{record.question.kind}"),
                "name": _clean(f"{record.question.id}: {record.question.text}"),
                "time": f"{seconds:.3f}",
            },
        )
        if not record.verdict.right:
            tag = "failure" if record.failure is None else "error"
            SubElement(case, tag, {"message": _clean("; ".join(record.verdict.reasons))}).text = _clean(story(record))
    indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold."""
    return NOT_XML.sub("�", text)
