"""The words of a PDF as a reader copies them out: what the drawn letters stand for, by the fonts' own tables."""

import re
import zlib
from collections.abc import Iterator

OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)\sendobj", re.DOTALL)
SHOWN = re.compile(
    rb"/(\w+) [\d.]+ Tf|\[((?:\((?:\\.|[^\\)])*\)|[^\]()])*)\]\s*TJ|\(((?:\\.|[^\\)])*)\)\s*Tj", re.DOTALL
)
STRING = re.compile(rb"\(((?:\\.|[^\\)])*)\)", re.DOTALL)
ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
MEANS = re.compile(rb"<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>")
LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def words_of(pdf: bytes) -> str:
    """All text of a PDF whose fonts are numbered by two bytes and tell what each number means, without spaces."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    fonts = dict(_fonts(objects))
    return "".join("".join(_drawn(_stream(body), fonts).split()) for body in objects.values() if _is_page(body))


def _is_page(body: bytes) -> bool:
    return b"stream" in body and b" Tf" in _stream(body)


def _stream(body: bytes) -> bytes:
    raw = body.partition(b"stream")[2].lstrip(b"\r\n")
    try:
        return zlib.decompressobj().decompress(raw)
    except zlib.error:
        return b""


def _fonts(objects: dict[int, bytes]) -> Iterator[tuple[bytes, dict[int, str]]]:
    """Each font's name in the pages, with what its numbers mean."""
    named = {name: int(n) for body in objects.values() for name, n in re.findall(rb"/(f\d+) (\d+) 0 R", body)}
    for name, number in named.items():
        table = re.search(rb"/ToUnicode (\d+) 0 R", objects[number])
        means = MEANS.findall(_stream(objects[int(table[1])]))
        yield name, {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in means}


def _drawn(page: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    font, said = {}, []
    for found in SHOWN.finditer(page):
        if found[1]:
            font = fonts[found[1]]
            continue
        shown = STRING.findall(found[0])
        said += [font[code] for each in shown for code in _codes(each)]
    return "".join(said)


def _codes(text: bytes) -> list[int]:
    raw = ESCAPE.sub(lambda found: _unescaped(found[1]), text)
    return [int.from_bytes(raw[n : n + 2]) for n in range(0, len(raw), 2)]


def _unescaped(letters: bytes) -> bytes:
    return bytes([int(letters, 8)]) if letters.isdigit() else LETTERS.get(letters, letters)
