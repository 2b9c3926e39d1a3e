"""chardet: which encoding a mailbox's old attachments are in."""

from __future__ import annotations

import random

import chardet

TEXTS = {
    "koi8-r": "Съешь ещё этих мягких французских булок, да выпей чаю. Погода сегодня хорошая.",
    "shift_jis": "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗い所で。",
    "windows-1251": "Широкая электрификация южных губерний даст мощный толчок подъёму сельского хозяйства.",
    "utf-8": "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich; où êtes-vous allés hier soir?",
}


def setup() -> list[bytes]:
    """Five attachments in each encoding, the sentences' words in some order."""
    dice = random.Random(31)
    attachments = []
    for encoding, text in TEXTS.items():
        for _ in range(5):
            words = [dice.choice(text.split()) for _ in range(180 if " " in text else 12)]
            attachments.append(" ".join(words).encode(encoding))
    return attachments


def workload(data: list[bytes]) -> list[object]:
    """The encoding of each attachment, in lower case."""
    return [str(chardet.detect(attachment)["encoding"]).lower() for attachment in data]
