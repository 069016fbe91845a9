"""The encoding of bytes that are not UTF-8: proposed by charset-normalizer, judged by the words that come out.

A table has few words, often one line of them, and statistics of letters are made for pages. So what is asked besides is
whether each word could be one: letters of one alphabet, no capital inside, signs of Chinese, Japanese and Korean among
the frequent ones, which their standards list first (GB 2312, Big5 and JIS X 0208 level 1, the syllables of KS X 1001).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

_LOOKED_AT = 1 << 20  # bytes whose lines are looked at
_SAMPLE = 1 << 13  # bytes of lines with signs beyond ASCII that are judged
_SURE = 0.6  # share of the signs beyond ASCII that must make sense
_WORD = re.compile(r"[^\W\d_]+")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ue000-\uf8ff\ufffd]")
_SIGNS = frozenset("°±²³¹µ·×÷–—…€£§«»‘’“”„№‰−≤≥√∞Ωπ∆Å¼½¾ªº")
_WIDE = re.compile("[\u3000-\u303f\uff01-\uff5e\uffe0-\uffe6℃]")  # punctuation of wide letters
_WIDE_FIRST = {  # encoding -> the standard by which its signs are counted, and first bytes of the frequent ones
    "gb18030": ("gb2312", 0xB0, 0xD7),
    "big5": ("big5", 0xA4, 0xC6),
    "cp932": ("euc_jp", 0xB0, 0xCF),
    "euc_jp": ("euc_jp", 0xB0, 0xCF),
    "cp949": ("euc_kr", 0xB0, 0xC8),
}
# in the order of trust, where two read equally well
_CANDIDATES = ("cp1252", "gb18030", "cp932", "cp1251", "cp949", "big5", "cp1250", "koi8_r", "cp1253", "euc_jp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """An encoding by Python's name, and the others that read nearly as well, best first."""

    encoding: str
    others: tuple[str, ...] = ()


def guess(data: bytes) -> Guess | None:
    r"""Guess the encoding of bytes that are not UTF-8; None where no reading makes sense.

    >>> guess("角度,速度\n1,2\n".encode("gb18030")).encoding, guess("Größe,y\n1,2\n".encode("latin-1")).encoding
    ('gb18030', 'cp1252')
    """
    sample = _sample(data)
    order = _order(sample)
    texts = {name: text for name in order if (text := _text(sample, name)) is not None}
    scores = {name: _sense(text, name) for name, text in texts.items()}
    ranked = sorted(scores, key=lambda name: -scores[name])  # equal ones stay in the order of charset-normalizer
    whole = (name for name in ranked if scores[name] >= _SURE and _text(data, name) is not None)
    best = next(whole, None)
    if best is None:
        return None
    first = next(name for name in (*_CANDIDATES, best) if texts.get(name) == texts[best])  # the best known of its names
    return Guess(encoding=first, others=tuple(_different(ranked, texts, scores, first)))


def wide(data: bytes) -> str | None:
    """Tell UTF-16 without a byte-order mark by its zeros, which stand in every other byte of ASCII; None: it is none.

    >>> wide("x,y".encode("utf-16-le")), wide(b"x,y")
    ('utf-16-le', None)
    """
    head = data[: 2 * (min(len(data), 2000) // 2)]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(data) % 2 or max(even, odd) < 0.6 * len(head) / 2 or min(even, odd):
        return None
    name = "utf-16-le" if odd else "utf-16-be"
    return None if _text(data, name) is None else name


def _sample(data: bytes) -> bytes:
    """Give the different lines that hold bytes beyond ASCII, as many as there is room for, and one at least."""
    lines = list(dict.fromkeys(line for line in data[:_LOOKED_AT].splitlines() if not line.isascii()))
    kept = sum(size <= _SAMPLE for size in accumulate(map(len, lines)))
    return b"\n".join(lines[: max(1, kept)])


def _order(sample: bytes) -> list[str]:
    """Give the encodings that may be, in the order of charset-normalizer, and behind them those that it left out."""
    import charset_normalizer  # only for files that are not UTF-8  # noqa: PLC0415

    matches = charset_normalizer.from_bytes(sample, cp_isolation=list(_CANDIDATES))
    marks = {match.encoding: match.chaos - match.coherence for match in matches}
    return sorted(_CANDIDATES, key=lambda name: marks.get(name, 1.0))  # it gives few words one mark: then by trust


def _text(data: bytes, encoding: str) -> str | None:
    """Decode; None where that fails or gives signs that no text holds."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


def _sense(text: str, encoding: str) -> float:
    """Give the share of the signs beyond ASCII that stand in words, or among signs, that make sense."""
    beyond = sum(not sign.isascii() for sign in text)
    good = sum(_count(word) for word in _WORD.findall(text) if not word.isascii() and _is_word(word, encoding))
    signs = (sign for sign in _WORD.sub("", text) if not sign.isascii())
    good += sum(sign in _SIGNS or (_WIDE.match(sign) is not None and encoding in _WIDE_FIRST) for sign in signs)
    return good / beyond if beyond else 0.0


def _count(word: str) -> int:
    return sum(not sign.isascii() for sign in word)


def _is_word(word: str, encoding: str) -> bool:
    """Whether letters could be a word, or a symbol of physics."""
    if encoding in _WIDE_FIRST:
        return all(sign.isascii() or _is_frequent(sign, encoding) for sign in word)
    if word in _SIGNS or word in {"Δ", "µ", "σ"}:
        return True
    alphabets = {unicodedata.name(sign, "?").split()[0] for sign in word}
    if len(alphabets) > 1 or not (word.islower() or word.isupper() or word.istitle()):
        return False
    return alphabets != {"LATIN"} or 2 * _count(word) <= len(word) or len(word) == 1


def _is_frequent(sign: str, encoding: str) -> bool:
    """Whether a sign is in the first part of its standard; kana are where Japanese is, and nowhere else."""
    if "\u3041" <= sign <= "\u30ff":
        return encoding in {"cp932", "euc_jp"}
    standard, low, high = _WIDE_FIRST[encoding]
    try:
        code = sign.encode(standard)
    except UnicodeEncodeError:
        return False
    return len(code) == 2 and low <= code[0] <= high


def _different(ranked: list[str], texts: dict[str, str], scores: dict[str, float], best: str) -> Iterator[str]:
    """Give the encodings whose readings differ from the best one, and from each other, and make sense, too."""
    seen = {texts[best]}
    for name in ranked:
        if scores[name] >= _SURE and texts[name] not in seen:
            seen.add(texts[name])
            yield name
