#!/usr/bin/env python3
"""Change a text in one entry of a policy file and make its digest right again.

    edit_policy.py FILE OUT ENTRY FROM TO [ENTRY FROM TO]...      edit_policy.py FILE --show ENTRY
"""

import hashlib
import json
import struct
import sys


def read(path):
    """The header's object and the payload."""
    with open(path, "rb") as file:
        data = file.read()
    (size,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + size]), data[8 + size :]


def digest(metadata, payload):
    """What the file's own digest must be (src/policy/container.h)."""
    sha = hashlib.sha256()
    for key in sorted(metadata):
        if key != "softgait.digest":
            sha.update(f"{key}\n{metadata[key]}\n".encode())
    sha.update(payload)
    return sha.hexdigest()


def main():
    path, out, *edits = sys.argv[1:]
    header, payload = read(path)
    metadata = header["__metadata__"]
    if out == "--show":
        print(metadata["softgait." + edits[0]])
        return
    for entry, old, new in zip(edits[::3], edits[1::3], edits[2::3]):
        key = "softgait." + entry
        if old not in metadata[key]:
            sys.exit(f"{key} holds no '{old}'")
        metadata[key] = metadata[key].replace(old, new)
    metadata["softgait.digest"] = digest(metadata, payload)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(out, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + payload)


if __name__ == "__main__":
    main()
