#!/usr/bin/env python3
"""Writes the manual pages of ferry, one for the program and one for each command, from what its argument parser says of itself.

  packaging/manual.py FERRY DIR        the program, and the folder for ferry.1, ferry-serve.1 …

The date in the pages is SOURCE_DATE_EPOCH, or today.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

FILES = {
    "/etc/ferry/ferry.conf": "How the service runs: the options of ferry serve.",
    "/var/lib/ferry": "The data folder of the service: disks, rows, keys. Back it up with ferry-backup(1).",
    "/var/lib/ferry/credentials": "The access key of the root account, readable by the user ferry alone.",
}


def escaped(text: str) -> str:
    """Text that roff takes as it is: no line of it is a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"[^\x00-\x7f]", lambda match: f"\\[u{ord(match.group()):04X}]", text)
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def paragraphs(text: str) -> str:
    return "\n.PP\n".join(escaped("\n".join(textwrap.wrap(part, 100, break_on_hyphens=False))) for part in text.split("\n\n"))


def option_names(argument: dict) -> str:
    """As a user types them: `-q, --quiet`, `--name name`."""
    names = sorted(argument["names"], key=lambda name: name["kind"] != "short")
    shown = ", ".join(("-" if name["kind"] == "short" else "--") + name["name"] for name in names)
    value = "" if argument["kind"] == "flag" else f" \\fI{escaped(argument['valueName'])}\\fR"
    return f"\\fB{escaped(shown)}\\fR{value}"


def merged(arguments: list[dict]) -> list[dict]:
    """The arguments that are shown; a flag and its opposite, `--wait` and `--no-wait`, are one."""
    shown: list[dict] = []
    for argument in arguments:
        if not argument["shouldDisplay"]:
            continue
        former = shown[-1] if shown else None
        if former and argument["kind"] == "flag" and argument["preferredName"]["name"] == "no-" + former["valueName"]:
            shown[-1] = {**former, "names": former["names"] + argument["names"]}
        else:
            shown.append(argument)
    return shown


def explanation(argument: dict) -> str:
    text = argument.get("abstract", "")
    values = argument.get("allValues") or []
    if values and not all(value in text for value in values):
        text += f" One of {', '.join(values)}."
    if argument.get("defaultValue") and "(default" not in text:
        text += f" (default: {argument['defaultValue']})"
    return escaped(text.strip())


def synopsis(name: str, arguments: list[dict]) -> str:
    parts = [f".B {escaped(name)}"]
    if any(argument["kind"] != "positional" for argument in arguments):
        parts.append("[\\fIoptions\\fR]")
    for argument in arguments:
        if argument["kind"] == "positional":
            shown = f"\\fI{escaped(argument['valueName'])}\\fR" + (" ..." if argument["isRepeating"] else "")
            parts.append(f"[{shown}]" if argument["isOptional"] else shown)
        elif not argument["isOptional"]:
            parts.append(option_names(argument) + (" ..." if argument["isRepeating"] else ""))
    return "\n".join(parts)


def listed(title: str, items: list[tuple[str, str]]) -> list[str]:
    if not items:
        return []
    return [f".SH {title}", *(f".TP\n{name}\n{text}" for name, text in items)]


def page(command: dict, version: str, date: str, commands: list[dict] | None = None) -> str:
    """One manual page; `commands` are those of the program itself."""
    words = ["ferry"] if commands is not None else ["ferry", command["commandName"]]
    title, name = "-".join(words), " ".join(words)
    arguments = merged(command["arguments"])
    abstract = command["abstract"].rstrip(".")
    lines = [
        f'.TH {title.upper()} 1 "{date}" "ferry {version}" "Ferry"',
        f".SH NAME\n{escaped(title)} \\- {escaped(abstract[0].lower() + abstract[1:])}",
        ".SH SYNOPSIS\n" + ("\\fBferry\\fR \\fIcommand\\fR [\\fIoptions\\fR]" if commands else synopsis(name, arguments)),
    ]
    if command.get("discussion"):
        lines.append(".SH DESCRIPTION\n" + paragraphs(command["discussion"]))
    if commands:
        lines += listed("COMMANDS", [(f"\\fBferry\\-{escaped(c['commandName'])}\\fR(1)", escaped(c["abstract"])) for c in commands])
    positional = [(f"\\fI{escaped(a['valueName'])}\\fR", explanation(a)) for a in arguments if a["kind"] == "positional"]
    lines += listed("ARGUMENTS", positional)
    lines += listed("OPTIONS", [(option_names(a), explanation(a)) for a in arguments if a["kind"] != "positional"])
    if commands or command["commandName"] == "serve":
        lines += listed("FILES", [(f"\\fI{escaped(path)}\\fR", escaped(text)) for path, text in FILES.items()])
    if not commands:
        lines.append(".SH SEE ALSO\n.BR ferry (1)")
    return "\n".join(lines) + "\n"


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    ferry, folder = sys.argv[1], Path(sys.argv[2])

    def asked(option: str) -> str:
        return subprocess.run([ferry, option], check=True, capture_output=True, text=True).stdout

    program = json.loads(asked("--experimental-dump-help"))["command"]
    version = asked("--version").strip()
    moment = os.environ.get("SOURCE_DATE_EPOCH")
    date = datetime.datetime.fromtimestamp(int(moment), datetime.UTC) if moment else datetime.datetime.now(datetime.UTC)
    shown = date.strftime("%Y-%m-%d")
    commands = [command for command in program["subcommands"] if command["commandName"] != "help" and command["shouldDisplay"]]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ferry.1").write_text(page(program, version, shown, commands))
    for command in commands:
        (folder / f"ferry-{command['commandName']}.1").write_text(page(command, version, shown))


if __name__ == "__main__":
    main()
