"""The one place that turns values into text.

`numbers` writes counts, sizes, shapes and durations as people read them, `labels` the names of
networks in prose, `json_text` strict JSON, and `javascript` joins our modules into one text.
Nothing here computes what it shows. Humanize is not used: its units are words, it has no signed or
unknown values, and the map writes the same digits in JavaScript.
"""
