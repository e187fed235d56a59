"""Who listens on a port, so that a refusal can name them."""

from pathlib import Path

LISTENING = "0A"


def listener(port: int) -> str:
    """The process that listens on the port, in words; what only another user may see is "another program"."""
    inodes = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for link in Path("/proc").glob("[0-9]*/fd/*") if inodes else ():
        try:
            if str(link.readlink()) in inodes:
                process = link.parts[2]
                return f"process {process} ({Path('/proc', process, 'comm').read_text().strip()})"
        except OSError:  # it ended, or is another user's
            continue
    return "another program"


def _listening_inodes(port: int) -> list[str]:
    found = []
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            (
                _,
                local,
                _,
                state,
                *_,
            ) = columns = line.split()
            if state == LISTENING and int(local.rpartition(":")[2], 16) == port:
                found.append(columns[9])
    return found
