"""Map data read back into layers: what the browser does, written again for the tests."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Leaf:
    name: str
    template: dict
    inputs: tuple[str, ...]
    field: int | None


def expand(form):
    """All layers of one form of `explorer.map.data.map_data`, by name, in flow order."""
    leaves = {}
    _walk(form["templates"], form["root"], "", [], 0, leaves)
    return leaves


def _walk(templates, number, place, inputs, entry, leaves):
    """Names that each output of the part at ``place`` stands for."""
    template = templates[number]
    if "kind" in template:
        leaves[place] = Leaf(place, template, tuple(inputs), entry)
        return [place]
    outputs = []

    def resolve(ref):
        if isinstance(ref, list):
            return outputs[ref[0]][ref[1]]
        return inputs[-1 - ref] if ref < 0 else outputs[ref][0]

    run = template["role"] in ("run", "bundle")
    prefix = place.rpartition("/")[0] if run else place.rstrip("/")
    for name, child, sources, more in template["children"]:
        inner = f"{prefix}/{name}" if prefix else name
        field = None if entry is None or more is None else entry + more
        outputs.append(_walk(templates, child, inner, [resolve(s) for s in sources], field, leaves))
    return [resolve(ref) for ref in template["outs"]]
