"""What language models say around an answer, in the four languages that we serve: that nothing was found, that they decline,
and the talk about passages that frames a sentence.

Words for what the model was given ("passages", "отрывки") count by themselves; "documents" and "text" only with "given" before
them, since documents speak of documents.
"""

from __future__ import annotations

import re

KIND = (
    r"(?:passages?|sources?|documents?|docs?\.?|excerpts?|refs?\.?|see|p\."
    r"|отрывк[аиу]|отрывок|фрагменты?|источники?|документы?"
    r"|parça(?:lar)?|mənbə(?:lər)?|çıxarış(?:lar)?|sənəd(?:lər)?|pasaj(?:lar)?|kaynak(?:lar)?|alıntı(?:lar)?|belge(?:ler)?)"
)
"""What stands before a passage's number in a marker."""
AND = r"(?:and|&|и|və|ve)"

_ENGLISH = (
    r"(?:the\s+)?(?:provided\s+|given\s+|above\s+|numbered\s+)*(?:passages?|excerpts?|context|sources?)"
    r"(?:\s+(?:number\s+)?\d+)?"
)
_RUSSIAN = (
    r"(?:(?:предоставленн|привед[её]нн|представленн|данн|этих|указанн)\w*\s+)?(?:отрыв[ко]\w*|фрагмент\w*|контекст\w*|источник\w*)"
    r"|(?:предоставленн|привед[её]нн|представленн)\w+\s+(?:документ|текст|материал)\w*"
)
_AZERBAIJANI = (
    r"(?:(?:veril[əm]\w*|təqdim\s+(?:olun|edil)\w+|göstərilən|bu)\s+)?(?:parça|çıxarış|kontekst|fraqment|mənbə)\w*"
    r"|(?:veril[əm]\w*|təqdim\s+(?:olun|edil)\w+)\s+(?:sənəd|mətn|hissə)\w*"
)
_TURKISH = (
    r"(?:(?:verilen|sağlanan|sunulan|bu)\s+)?(?:pasaj|alıntı|bağlam|parça)\w*"
    r"|(?:verilen|sağlanan|sunulan)\s+(?:belge|metin|metn|kaynak|kaynağ|bölüm)\w*"
)
_DENIED_RUSSIAN = r"не\s+(?:содерж|упом|указ|говор|сказан|сообща|отвеча|найд|привод|приведен)\w*"
_DENIED_AZERBAIJANI = r"(?:qeyd\s+(?:olun|edil)|göstəril|deyil|bildiril|açıqlan|yazıl|tapıl|cavablandırıl|yer\s+al)m[aəiı]\w*"
_DENIED_TURKISH = r"(?:belirtil|söylen|bahsedil|yer\s+al|değinil|açıklan|bulun|cevaplan|yanıtlan)m[aeiıuü]\w*"
_BETWEEN = r"(?:[^\s.!?]+\s+){0,6}"

NOT_FOUND = re.compile(
    r"\W*(?:not[\s_]found\b"
    r"|(?:не\s+найдено|ответ(?:а)?\s+не\s+найден[оа]?|ответа\s+нет|нет\s+ответа"
    r"|(?:cavab\s+)?tapılmadı|cavab(?:ı)?\s+yoxdur|(?:yanıt|cevap)?\s*bulunamadı|(?:yanıt|cevap)(?:ı)?\s+yok(?:tur)?)\W*\Z)",
    re.IGNORECASE,
)
"""The agreed token, and how a model translates it; a translation counts only as the whole sentence."""

PREAMBLE = re.compile(
    rf"\A(?:(?:according to|based on|as (?:stated|mentioned|described|noted) in|in|from)\s+{_ENGLISH}\s*,\s*"
    rf"|{_ENGLISH}\s+(?:states?|says?|mentions?|notes?|indicates?|explains?)\s+that\s+"
    rf"|(?:согласно|исходя\s+из|на\s+основ(?:е|ании)|как\s+(?:указано|сказано|говорится|отмечено)\s+в|в)\s+(?:{_RUSSIAN})\s*\d*\s*,\s*"
    rf"|в\s+(?:{_RUSSIAN})\s*\d*\s+(?:указано|сказано|говорится|отмечено),?\s+что\s+"
    rf"|(?:{_AZERBAIJANI})\s+(?:əsasən|görə|əsasında)\s*,?\s*"
    rf"|(?:{_TURKISH})\s+(?:göre|dayanarak)\s*,?\s*"
    r"|(?:(?:final|short)\s+)?answer\s*:\s*|(?:краткий\s+)?ответ\s*:\s*|(?:qısa\s+)?cavab\s*:\s*|(?:kısa\s+)?(?:yanıt|cevap)\s*:\s*"
    # Whether "yes" fits the question cannot be checked against a source; the statement after it can, and answers as well.
    r"|(?:yes|no|да|нет|bəli|xeyr|evet|hayır)\s*[,:;–—-]\s*)",
    re.IGNORECASE,
)
"""What a sentence begins with that is no part of its statement."""

SILENT = re.compile(
    rf"\b{_ENGLISH}\s+(?:do(?:es)?\s+not|don['’]t|doesn['’]t)\s+"
    r"|\bnot\s+(?:\w+\s+)?(?:mentioned|specified|stated|provided|given|included|described|answered|found)\s+(?:in|by)\s+"
    rf"{_ENGLISH}|\b(?:there\s+is\s+)?no\s+(?:\w+\s+)?(?:information\s+(?:about|on|regarding|provided|given|available|in)|mention\s+of)\b"
    rf"|\b(?:{_RUSSIAN})\s+{_BETWEEN}{_DENIED_RUSSIAN}|\b{_DENIED_RUSSIAN}\s+{_BETWEEN}в\s+(?:{_RUSSIAN})"
    r"|\bнет\s+(?:\w+\s+)?(?:информаци|сведени|упоминани)\w*|\b(?:информаци|сведени|упоминани)\w+\s+(?:\w+\s+){0,4}отсутству\w+"
    rf"|\b(?:{_AZERBAIJANI})\s+{_BETWEEN}{_DENIED_AZERBAIJANI}"
    r"|\bməlumat\w*\s+(?:yoxdur|mövcud\s+deyil|veril(?:mir|məyib|məmişdir)|tapılma\w+)"
    rf"|\b(?:{_TURKISH})\s+{_BETWEEN}{_DENIED_TURKISH}"
    r"|\bbilgi\w*\s+(?:yok(?:tur)?\b|bulunm\w+|bulunamad\w+|verilme\w+|yer\s+alm\w+|mevcut\s+değil)",
    re.IGNORECASE,
)
"""A sentence that says that the passages do not answer."""

LABEL = re.compile(
    r"\A\W*(?:sources?|references?|citations?|answer|note|passages?|yes|no"
    r"|источники?|ссылки|ответ|примечание|отрывки|да|нет|mənbə(?:lər)?|cavab|qeyd|parçalar|bəli|xeyr"
    r"|kaynak(?:lar|ça)?|yanıt|cevap|not|pasajlar|evet|hayır)\W*\Z",
    re.IGNORECASE,
)
"""A line that only names what comes after it, or a bare yes or no."""

DECLINED = re.compile(
    r"\b(?:I['’]m sorry|I am sorry|I apologi[sz]e|I can(?:no|['’])t (?:assist|help|answer|comply|do that)|"
    r"as an AI|I(?:['’]m| am) (?:unable|not able) to"
    r"|(?:извините|простите|прошу\s+прощения|к\s+сожалению),?\s+(?:но\s+)?(?:я\s+)?не\s+мог\w*"
    r"|я\s+не\s+(?:могу|в\s+состоянии)\s+(?:\w+\s+)?(?:помо|ответ|выполн|предостав)\w*"
    r"|как\s+(?:ИИ|искусственный\s+интеллект|языковая\s+модель)"
    r"|üzr\s+istəyirəm|(?:kömək\s+edə|cavab\s+verə|yardım\s+edə|yerinə\s+yetirə)\s+bilm(?:ərəm|irəm)"
    r"|(?:süni\s+intellekt|dil\s+modeli)\s+(?:kimi|olaraq)"
    r"|üzgünüm|özür\s+dilerim|(?:yardımcı\s+ola|yardım\s+ede|cevap\s+vere|yanıtlaya|yerine\s+getire)m(?:ıyorum|iyorum|em|am)"
    r"|(?:bir\s+)?(?:yapay\s+zek[âa]|dil\s+modeli)\s+olarak)\b",
    re.IGNORECASE,
)
"""A model that declines."""
