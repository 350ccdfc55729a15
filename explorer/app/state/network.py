"""The network that every page is about: sidebar, session and address hold the same spec."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st

from explorer.analysis import palette
from explorer.analysis.conventions import DEFAULT
from explorer.analysis.report import Report, analyse
from explorer.app.state import address, url_params, width_rule
from explorer.app.state.shared import Shared
from explorer.map.vocabulary import FORM_LABELS
from resnext import FORMS, PRESETS, STEMS, Graph, ResNeXtSpec, SpecError, trace
from resnext.attention import ATTENTIONS
from resnext.names import blocks_of_depth
from resnext.spec import CHOICES

STEM_LABELS = {
    "imagenet": "ImageNet: 7×7/2 and max pooling",
    "cifar": "CIFAR: 3×3",
    "mini": "Mini: 3×3 with bias, 32 filters",
}
PADDING_LABELS = {
    "same": "Same (Keras)",
    "symmetric": "Symmetric (torchvision)",
}
SIDEBAR = "Network chosen in the sidebar"
ELSEWHERE = {
    "compare": "To compare this network, choose *Network chosen in the sidebar* in the list.",
    "train": "To train this network, choose *Network chosen in the sidebar* in the list.",
    "accuracy": "This page does not use the network below. "
    "Click a point in the chart to choose it here.",
    "verify": "This page does not use this network.",
}
WITHOUT_NETWORK = ("learn",)  # pages that the network does not concern, which have no sidebar
MOST_NOTES = 4
LEAST_ASKED = 20  # the depth of the smallest ResNeXt that has a name
MORE_PRESETS = (
    "resnext26_32x4d",
    "resnext200_32x4d",
    "resnext29_32x4d",
    "resnext20_32x4d",
    "seresnext50_32x4d",
    "seresnext101_32x4d",
)


def current_spec() -> ResNeXtSpec:
    """The last valid network that was chosen."""
    spec = st.session_state["spec"]
    assert isinstance(spec, ResNeXtSpec)
    return spec


def take_over() -> str:
    """Make what address and controls say the current network, if that keeps the rules.

    Returns:
        The rule that it breaks, or "".
    """
    _follow_address()
    _fill_forgotten()
    error = _follow_controls()
    width_rule.see(current_spec())
    return error


def sidebar(error: str, page: str = "") -> None:
    """Draw the controls and write the address.

    Args:
        error: What `take_over` returned.
        page: Path of the page; the sidebar says where it is not about this network.
    """
    if page not in WITHOUT_NETWORK:
        _controls(page, error)
    query = url_params.to_query(current_spec())
    address.write({key: query.get(key) for key in url_params.KEYS})


def _controls(page: str, error: str) -> None:
    """What the sidebar shows."""
    sidebar_heading()
    with st.sidebar:
        if notes := st.session_state["link_notes"]:
            shown = [address.plain(note) for note in notes[:MOST_NOTES]]
            if len(notes) > MOST_NOTES:
                shown.append(f"And {len(notes) - MOST_NOTES} more.")
            st.warning("  \n".join(["In the address:", *shown]), icon=":material/link_off:")
        if error:
            st.error(address.plain(error))
        if page in ELSEWHERE:
            st.caption(ELSEWHERE[page])
        _widgets()


def sidebar_heading() -> None:
    """What the sidebar begins with."""
    st.sidebar.subheader("Network", anchor=False)


def show_network(spec: ResNeXtSpec) -> None:
    """Let every page be about this network; to be called in a callback, before the controls."""
    st.session_state.update(spec=url_params.check_size(spec), link_notes=[])
    _fill_widgets(spec)


def network_colours(names: Iterable[str]) -> dict[str, str]:
    """A network's colour in every chart of every page; a session keeps those it has seen."""
    return palette.network_colours(names, st.session_state.setdefault("_network_colours", {}))


def _follow_address() -> None:
    """Take the network of the address: on a first visit, and when a person went back."""
    news = address.asked(url_params.KEYS)
    if "spec" in st.session_state and not news:
        return
    asked = {key: text for key, text in news.items() if text is not None}
    spec, notes = url_params.from_query(st.query_params.to_dict() | asked)
    st.session_state.update(spec=spec, link_notes=notes)
    _fill_widgets(spec)


# Some 50 large networks or thousands of small ones; a layer takes about 700 bytes.
_MOST_LAYERS = 300_000
_GRAPHS: Shared[Graph] = Shared(_MOST_LAYERS, len)
_REPORTS: Shared[Report] = Shared(_MOST_LAYERS, lambda report: len(report.rows))


def graph_of(network: ResNeXtSpec | Graph) -> Graph:
    """The graph of a network."""
    if isinstance(network, Graph):
        return network
    return _GRAPHS.get(network, lambda: trace(network))


def report_of(spec: ResNeXtSpec, count: str = DEFAULT) -> Report:
    """What a network costs."""
    return _REPORTS.get((spec, count), lambda: analyse(graph_of(spec), count))


def _widgets() -> None:
    """The controls; `_fill_widgets` has set what they show.

    Each has what it shows as its default, too: a browser that turns pages quickly may begin a
    control anew, and then sends the default back as if a person had chosen it. Numbers have no
    bounds here, as the sentence about a broken rule says more than a red field.
    """
    state = st.session_state
    custom = bool(current_spec().groups)
    names = list(dict.fromkeys([*PRESETS, *MORE_PRESETS]))
    if state["net_name"] not in names:
        names.insert(0, state["net_name"])
    st.selectbox(
        "Preset",
        names,
        names.index(state["net_name"]),
        key="net_name",
        on_change=_load_name,
        accept_new_options=True,
        help="Choose one, or type a name such as `resnext29_4x24d`.",
    )
    st.text_input(
        "Blocks per stage",
        state["net_blocks"],
        key="net_blocks",
        disabled=custom,
        help="3-4-6-3 is ResNeXt-50, 3-4-23-3 is 101, 3-8-36-3 is 152.",
    )
    if lone := state["_lone_blocks"]:
        _ask_blocks(lone)
    left, right = st.columns(2)
    left.number_input(
        "Cardinality C",
        value=state["net_cardinality"],
        key="net_cardinality",
        on_change=_follow_cardinality,
        help="Number of paths in a block.",
    )
    right.number_input(
        "Width d",
        value=state["net_width"],
        key="net_width",
        disabled=custom,
        help="Channels of one path in the first stage.",
    )
    width_rule.toggle(disabled=custom)
    st.caption("Input shape")
    for column, name in zip(st.columns(3), ("height", "width", "channels")):
        key = f"net_input_{name}"
        column.number_input(name.capitalize(), value=state[key], key=key)
    st.number_input("Classes", value=state["net_classes"], key="net_classes")
    st.selectbox(
        "Implementation of the paths",
        FORMS,
        FORMS.index(state["net_form"]),
        key="net_form",
        format_func=FORM_LABELS.__getitem__,
        help="Four implementations of one function (figure 3 of the paper), with the same "
        "parameters and MACs in different layers.",
    )
    with st.expander("More options"):
        st.selectbox(
            "Stem",
            STEMS,
            STEMS.index(state["net_stem"]),
            key="net_stem",
            format_func=STEM_LABELS.__getitem__,
        )
        st.selectbox(
            "Attention in blocks",
            CHOICES["attention"],
            CHOICES["attention"].index(state["net_attention"]),
            key="net_attention",
            format_func=lambda name: ATTENTIONS[name].title,
            help="Applied before a block's sum with its shortcut. "
            + " ".join(attention.help for attention in ATTENTIONS.values()).strip(),
        )
        st.selectbox(
            "Padding",
            CHOICES["padding"],
            CHOICES["padding"].index(state["net_padding"]),
            key="net_padding",
            format_func=PADDING_LABELS.__getitem__,
            help="Where a window has stride 2, the two rules read different pixels: *same* adds an "
            "odd row at the end, *symmetric* adds half the window on both sides. Shapes, "
            "parameters and MACs are the same.",
        )
        st.checkbox(
            "Shortcut convolutions have a bias",
            state["net_bias"],
            key="net_bias",
            help="Off in the paper. On in the Keras zoo's networks: zoo50, zoo101, zoo152 and "
            "mini_resnext (461,450 weights).",
        )
        st.checkbox("Include the classifier", state["net_top"], key="net_top")


def _fill_widgets(spec: ResNeXtSpec) -> None:
    """Let the controls show a spec."""
    st.session_state.update(_shown(spec))


def _fill_forgotten() -> None:
    """Let the controls that Streamlit forgot show the current spec.

    When a page is turned to, Streamlit keeps only the controls that the browser has reported, and a
    browser that has just drawn the sidebar may not have reported all.
    """
    state = st.session_state
    state.update({k: v for k, v in _shown(current_spec()).items() if k not in state})


def _shown(spec: ResNeXtSpec) -> dict[str, Any]:
    """What the controls show of a spec."""
    height, width, channels = spec.input_shape
    return {
        "net_name": spec.name,
        "net_blocks": "-".join(map(str, spec.blocks)),
        "net_cardinality": spec.cardinality,
        "net_width": spec.width,
        "net_input_height": height,
        "net_input_width": width,
        "net_input_channels": channels,
        "net_classes": spec.classes,
        "net_form": spec.form,
        "net_stem": spec.stem,
        "net_attention": spec.attention,
        "net_padding": spec.padding,
        "net_bias": spec.shortcut_bias,
        "net_top": spec.include_top,
    }


def _follow_cardinality() -> None:
    """The cardinality was changed: the width follows, unless it is kept."""
    if (width := width_rule.following(current_spec(), st.session_state["net_cardinality"])) > 0:
        st.session_state["net_width"] = width


def choose(spec: ResNeXtSpec) -> None:
    """Callback: let the controls show another network of the same other options."""
    _fill_widgets(spec)


def _load_name() -> None:
    """A preset was picked, or a name was typed."""
    st.session_state["link_notes"] = []
    name = st.session_state["net_name"]
    try:
        old = current_spec()
        spec = ResNeXtSpec.from_name(str(name).strip(), form=old.form, padding=old.padding)
        url_params.check_size(spec)
    except SpecError as error:
        st.session_state["net_name"] = current_spec().name
        st.session_state["name_error"] = str(error)
        return
    st.session_state["spec"] = spec
    _fill_widgets(spec)


def _follow_controls() -> str:
    """Make what the controls say the current network; return the rule that it breaks, or ""."""
    state = st.session_state
    state["_lone_blocks"] = 0
    if error := state.pop("name_error", ""):
        return str(error)
    old = current_spec()
    try:
        spec = _said(old)
    except SpecError as broken:
        return f"{broken} Still showing {old.name}."
    if spec.blocks != old.blocks and _is_asked(spec.blocks):
        state["_lone_blocks"] = spec.blocks[0]  # `_widgets` asks what is meant
    elif spec != old:
        state.update(spec=spec, link_notes=[], net_name=spec.name)
    return ""


def _is_asked(blocks: tuple[int, ...]) -> bool:
    """Whether a person may mean the depth: 101, say, and not one stage of 101 blocks."""
    return len(blocks) == 1 and blocks[0] >= LEAST_ASKED and blocks[0] != _meant()


def _meant() -> int:
    """The length of a single stage that a person has said is meant."""
    return int(st.session_state.get("_one_stage", 0))


def _ask_blocks(blocks: int) -> None:
    """What a lone number of blocks means: a depth, or the one stage."""
    st.warning(
        f"{blocks} means one stage of {blocks} blocks. Did you mean a depth of {blocks} layers? "
        f"Still showing {current_spec().name}.",
        icon=":material/help:",
    )
    if usual := "-".join(map(str, blocks_of_depth(blocks))):
        st.button(f"Depth {blocks}: {usual}", on_click=_set_blocks, args=(usual,))
    st.button(f"One stage of {blocks} blocks", on_click=_set_blocks, args=(str(blocks), blocks))


def _set_blocks(text: str, one_stage: int = 0) -> None:
    st.session_state.update(net_blocks=text, _one_stage=one_stage)


def _said(old: ResNeXtSpec) -> ResNeXtSpec:
    """The spec that the controls describe."""
    state = st.session_state
    changes: dict[str, Any] = {
        "cardinality": state["net_cardinality"],
        "input_shape": tuple(state[f"net_input_{n}"] for n in ("height", "width", "channels")),
        "classes": state["net_classes"],
        "form": state["net_form"],
        "stem": state["net_stem"],
        "attention": state["net_attention"],
        "padding": state["net_padding"],
        "shortcut_bias": state["net_bias"],
        "include_top": state["net_top"],
    }
    if not old.groups:
        changes |= {"blocks": url_params.numbers(state["net_blocks"]), "width": state["net_width"]}
    return url_params.check_size(old.replace(**changes))
