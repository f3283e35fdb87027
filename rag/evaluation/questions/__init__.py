"""Questions with evidence: files, test sets, drafts."""
