"""Sizes of files as people read them. Plain Python."""


def spoken_size(size_bytes: int) -> str:
    """Write a number of bytes with a unit, in steps of 1,000 as file managers do.

    >>> spoken_size(512), spoken_size(40_572_044), spoken_size(4_300_000_000)
    ('512 bytes', '40.6 MB', '4.3 GB')
    """
    if size_bytes < 1000:
        return f"{size_bytes} bytes"
    units = ("KB", "MB", "GB", "TB")
    step = 0
    while size_bytes >= 999_950 * 1000**step and step < len(units) - 1:
        step += 1
    return f"{size_bytes / 1000 ** (step + 1):,.1f} {units[step]}"
