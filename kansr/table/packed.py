"""Packed bytes, unpacked as far as they may grow: a file of some kilobytes can be made to fill any memory.

What grows further than tables do, and is large, was made to harm: see `kansr.table.room`.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from kansr.errors import TableError
from kansr.table.room import limit_of, too_large

_PIECE, _BITE = 1 << 20, 1 << 10  # bytes that are unpacked at once; of zstd those that go in
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def unpack(data: bytes, name: str) -> bytes:
    """Give the bytes of a gzip or zstd file, other bytes as they are.

    Raises `TableError` for a damaged file, and for one that grows too far (see `kansr.table.room`).
    """
    if data.startswith(_GZIP):
        return _joined(_gunzip(data), data, name, "gzip")
    if data.startswith(_ZSTD):
        return _joined(_unzstd(data), data, name, "zstd")
    return data


def parts_of(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the parts of a ZIP archive by name, unpacked as far as all of them together may grow.

    What the archive says of its sizes is not believed. Parts packed otherwise than workbooks are, are left out. Raises
    `TableError` for one that grows too far, and `zipfile.BadZipFile` or `zlib.error` for a damaged one.
    """
    left = limit_of(len(data))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [
            entry for entry in archive.infolist() if entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        ]
    for entry in entries:
        start = _start(data, entry.header_offset)
        packed = data[start : start + entry.compress_size]
        if entry.compress_type == zipfile.ZIP_DEFLATED:
            packed = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, left + 1)
        left -= len(packed)
        if left < 0:
            raise too_large(len(data), name)
        yield entry.filename, packed


def _start(data: bytes, header: int) -> int:
    """Give where a part of an archive begins: behind its header, its name and what else is said of it."""
    name, extra = struct.unpack_from("<HH", data, header + 26)
    return int(header + 30 + name + extra)


def _joined(pieces: Iterator[bytes], data: bytes, name: str, form: str) -> bytes:
    """Join pieces up to the limit."""
    limit, whole = limit_of(len(data)), bytearray()
    try:
        for piece in pieces:
            whole += piece
            if len(whole) > limit:
                raise too_large(len(data), name)
        return bytes(whole)
    except MemoryError as error:
        raise TableError("the unpacked file does not fit into memory", where=name, hint="give fewer rows") from error
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise TableError(f"the {form} file is damaged: {error}", where=name, hint="copy or pack it again") from error


def _gunzip(data: bytes) -> Iterator[bytes]:
    """Unpack a gzip file piece by piece."""
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        while piece := file.read(_PIECE):
            yield piece


def _unzstd(data: bytes) -> Iterator[bytes]:
    """Unpack all frames of a zstd file piece by piece; a frame that is cut short is an error."""
    import zstandard  # only for .zst files  # noqa: PLC0415

    frame, at = zstandard.ZstdDecompressor().decompressobj(), 0
    try:
        while at < len(data):
            if frame.eof:
                frame = zstandard.ZstdDecompressor().decompressobj()
            bite = data[at : at + _BITE]
            yield frame.decompress(bite)
            at += len(bite) - len(frame.unused_data)
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from error
    if not frame.eof:
        raise ValueError("it ends too early")
