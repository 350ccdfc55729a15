"""The network that every page is about: sidebar, session and address hold the same spec."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer import links
from explorer.report import Report, analyse
from explorer.views import address
from resnext import FORMS, PRESETS, STEMS, Graph, ResNeXtSpec, SpecError, trace
from resnext.spec import MAX_CHANNELS, MAX_CLASSES, MAX_SIDE

FORM_LABELS = {
    "grouped": "grouped convolution (3c)",
    "concatenated": "early concatenation (3b)",
    "aggregated": "summed paths (3a)",
    "split": "the zoo's split",
}
STEM_LABELS = {
    "imagenet": "ImageNet: 7×7/2 and max pooling",
    "cifar": "CIFAR: 3×3",
    "mini": "mini: biased 3×3, 32 filters",
}
ELSEWHERE = {
    "compare": "Pick *The sidebar's network* to compare it.",
    "train": "Pick *The sidebar's network* to train it.",
    "learn": "The lesson has networks of its own.",
}
MOST_NOTES = 4
MORE_PRESETS = ("resnext26_32x4d", "resnext200_32x4d", "resnext29_32x4d", "resnext20_32x4d")


def current_spec() -> ResNeXtSpec:
    """The last valid network that was chosen."""
    spec = st.session_state["spec"]
    assert isinstance(spec, ResNeXtSpec)
    return spec


def sidebar(page: str = "") -> None:
    """Draw the controls, take over what they say if it keeps the rules, write the address.

    Args:
        page: Path of the page; the sidebar says where it is not about this network.
    """
    _follow_address()
    _fill_forgotten()
    if form := st.session_state.pop("_form_wanted", None):
        st.session_state["net_form"] = form
    error = _take_over()
    with st.sidebar:
        st.subheader("Network", anchor=False)
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
    query = links.to_query(current_spec())
    address.write({key: query.get(key) for key in links.KEYS})


def take_form(form: str) -> None:
    """Let the whole app show the form of the split that a picture was switched to."""
    st.session_state["_form_wanted"] = form
    st.rerun()


def _follow_address() -> None:
    """Take the network of the address: on a first visit, and when a person went back."""
    if "spec" in st.session_state and not address.asked(links.KEYS):
        return
    spec, notes = links.from_query(st.query_params.to_dict())
    st.session_state.update(spec=spec, link_notes=notes)
    _fill_widgets(spec)


# Specs, graphs and reports never change, so that threads can share them.
@st.cache_resource(max_entries=32, show_spinner=False)
def graph_of(spec: ResNeXtSpec) -> Graph:
    """The graph of a network."""
    return trace(spec)


@st.cache_resource(max_entries=32, show_spinner=False)
def report_of(spec: ResNeXtSpec, count: str = "torchvision") -> Report:
    """What a network costs."""
    return analyse(graph_of(spec), count)


def _widgets() -> None:
    """The controls; `_fill_widgets` has set what they show.

    Each has what it shows as its default, too: a browser that turns pages quickly may begin a
    control anew, and then sends the default back as if a person had chosen it.
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
        help="Pick one, or type any name such as `resnext29_4x24d`.",
    )
    st.text_input(
        "Blocks per stage",
        state["net_blocks"],
        key="net_blocks",
        disabled=custom,
        help="3-4-6-3 is ResNeXt-50, 3-4-23-3 is 101, 3-8-36-3 is 152.",
    )
    left, right = st.columns(2)
    left.number_input(
        "Cardinality C",
        1,
        MAX_CHANNELS,
        state["net_cardinality"],
        key="net_cardinality",
        help="Number of paths in a block.",
    )
    right.number_input(
        "Width d",
        1,
        MAX_CHANNELS,
        state["net_width"],
        key="net_width",
        disabled=custom,
        help="Channels of one path in the first stage.",
    )
    st.caption("Input shape")
    for column, (name, most) in zip(
        st.columns(3), (("height", MAX_SIDE), ("width", MAX_SIDE), ("channels", 1024))
    ):
        key = f"net_input_{name}"
        column.number_input(name.capitalize(), 1, most, state[key], key=key)
    st.number_input("Classes", 1, MAX_CLASSES, state["net_classes"], key="net_classes")
    st.selectbox(
        "Form of the split",
        FORMS,
        FORMS.index(state["net_form"]),
        key="net_form",
        format_func=FORM_LABELS.__getitem__,
        help="Four ways to write one function (figure 3 of the paper). Parameters and MACs "
        "stay; the layers differ.",
    )
    with st.expander("More"):
        st.selectbox(
            "Stem",
            STEMS,
            STEMS.index(state["net_stem"]),
            key="net_stem",
            format_func=STEM_LABELS.__getitem__,
        )
        st.checkbox("Shortcut convolutions have a bias", state["net_bias"], key="net_bias")
        st.checkbox("With classifier", state["net_top"], key="net_top")


def _fill_widgets(spec: ResNeXtSpec) -> None:
    """Let the controls show a spec."""
    st.session_state.update(_shown(spec))


def _fill_forgotten() -> None:
    """Let the controls that Streamlit forgot show the current spec.

    When a page is turned to it keeps only the controls that the browser has told it of, and a
    browser that has just drawn the sidebar may not have told it of all.
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
        "net_bias": spec.shortcut_bias,
        "net_top": spec.include_top,
    }


def _load_name() -> None:
    """A preset was picked, or a name was typed."""
    st.session_state["link_notes"] = []
    name = st.session_state["net_name"]
    try:
        spec = ResNeXtSpec.from_name(str(name).strip(), form=current_spec().form)
        links.check_size(spec)
    except SpecError as error:
        st.session_state["net_name"] = current_spec().name
        st.session_state["name_error"] = str(error)
        return
    st.session_state["spec"] = spec
    _fill_widgets(spec)


def _take_over() -> str:
    """Make what the controls say the current network; return the rule that it breaks, or ""."""
    if error := st.session_state.pop("name_error", ""):
        return str(error)
    old = current_spec()
    try:
        spec = _said(old)
    except SpecError as broken:
        return f"{broken} {old.name} stays on the page."
    if spec != old:
        st.session_state.update(spec=spec, link_notes=[], net_name=spec.name)
    return ""


def _said(old: ResNeXtSpec) -> ResNeXtSpec:
    """The spec that the controls describe."""
    state = st.session_state
    changes: dict[str, Any] = {
        "cardinality": state["net_cardinality"],
        "input_shape": tuple(state[f"net_input_{n}"] for n in ("height", "width", "channels")),
        "classes": state["net_classes"],
        "form": state["net_form"],
        "stem": state["net_stem"],
        "shortcut_bias": state["net_bias"],
        "include_top": state["net_top"],
    }
    if not old.groups:
        changes |= {"blocks": links.numbers(state["net_blocks"]), "width": state["net_width"]}
    return links.check_size(old.replace(**changes))
