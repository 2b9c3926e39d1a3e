"""The names that tell what a call or a value is."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Nodes and calls to the kind of value they make.
KINDS = {
    "List": "list", "ListComp": "list", "list": "list", "sorted": "list", "split": "list", "findall": "list",
    "Tuple": "tuple", "tuple": "tuple",
    "Set": "set", "SetComp": "set", "set": "set", "frozenset": "set",
    "Dict": "dict", "DictComp": "dict", "dict": "dict", "defaultdict": "dict", "Counter": "dict", "OrderedDict": "dict",
    "JoinedStr": "str", "str": "str", "join": "str", "format": "str", "repr": "str", "lower": "str", "upper": "str",
}  # fmt: skip

#: Calls too cheap to be worth moving, or whose value changes without an argument.
CHEAP_CALLS = _words(
    "len isinstance issubclass range enumerate zip iter next id type int float bool abs ord chr hasattr getattr "
    "callable super print min max round divmod hash time perf_counter random randint choice"
)

#: Methods that change what they are called on, or are called for their effect.
MUTATORS = _words(
    "append add extend insert pop popleft remove discard update clear write writelines read readline send put close "
    "setdefault sort reverse next flush acquire release start throw advance skip consume"
)

#: Features of calls inside a loop, by the name of what is called.
INSIDE_LOOPS = {
    "front_of_list": _words("pop insert"),
    "sort_in_loop": _words("sorted sort"),
    "position_in_loop": _words("index count remove"),
    "array_growth": _words("vstack hstack concatenate concat"),
}

#: Features of calls inside a loop or in a function that is called often, by the name or the dotted name.
REPEATED = {
    "copy_in_loop": _words("copy.deepcopy copy.copy deepcopy copy"),
    "parse_in_loop": _words(
        "json.loads loads strptime ast.parse urlparse urlsplit Decimal fromisoformat literal_eval safe_load"
    ),
    "io_in_loop": _words(
        "open os.stat os.path.exists os.path.isfile os.listdir exists is_file read_text fsync flush os.path.getmtime"
    ),
}

#: Features of calls anywhere, by the name of what is called.
ANYWHERE = {
    "pandas_rows": _words("iterrows itertuples"),
    "threads": _words("ThreadPoolExecutor ProcessPoolExecutor Thread Pool gather create_task"),
}

REGEX = _words("compile match search fullmatch sub subn split findall finditer")
AGGREGATES = _words("sum min max any all")
CONSUMERS = _words("any all next iter")
