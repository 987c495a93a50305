import argparse
import math

import pytest

from theory.engine.cli_parser import Parser, filename


@pytest.fixture
def parser():
    """Return a parser with one subcommand."""
    parser = Parser(prog="demo")
    sub = parser.add_subparsers(metavar="COMMAND", required=True).add_parser("do")
    sub.add_argument("name", nargs="?")
    sub.add_argument("--formula")
    sub.add_argument("--count", type=int)
    sub.add_argument("--low", type=float)
    sub.add_argument("--out", type=filename)
    sub.add_argument("--data", nargs=argparse.REMAINDER)
    return parser


@pytest.mark.parametrize(
    ("text", "value"),
    [("-1e5", -1e5), ("-1E-5", -1e-5), ("-.5", -0.5), ("-2", -2.0), ("-inf", -math.inf), ("-Infinity", -math.inf)],
)
def test_numbers_below_zero_are_values(parser, text, value):
    assert parser.parse_args(["do", "--low", text]).low == value


def test_minus_nan_is_a_number_and_a_letter_is_not(parser, capsys):
    assert math.isnan(parser.parse_args(["do", "--low", "-nan"]).low)
    for text in ("-u", "-info", "-nano"):
        with pytest.raises(SystemExit, match="2"):
            parser.parse_args(["do", "--low", text])
        assert "a value that begins with - is written --low=VALUE" in capsys.readouterr().err


def test_an_option_of_the_rest_of_the_line_takes_its_value_by_an_equals_sign_too(parser):
    for line in (["--data=f", "--csv", "--data=g"], ["--data", "f", "--csv", "--data=g"]):
        assert parser.parse_args(["do", "a", *line]).data == ["f", "--csv", "--data=g"]
    assert parser.parse_args(["do", "--data"]).data == []
    assert parser.parse_args(["do", "--data="]).data == [""]
    found = parser.parse_args(["do", "--formula=--data=f", "b"])
    assert (found.formula, found.name, found.data) == ("--data=f", "b", None)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["do", "a", "b"], "demo do: unknown option or argument: b; see demo do --help\n"),
        (["do", "--what"], "demo do: unknown option or argument: --what; see demo do --help\n"),
        (["--what", "do"], "demo: unknown option or argument: --what; see demo --help\n"),
        (["do", "--count", "2.5"], "demo do: argument --count: '2.5' is not a whole number; see demo do --help\n"),
        (["do", "--low", "much"], "demo do: argument --low: 'much' is not a number; see demo do --help\n"),
        (["do", "--out", ""], "demo do: argument --out: the name is empty; see demo do --help\n"),
        ([], "demo: the following arguments are required: COMMAND; see demo --help\n"),
    ],
)
def test_a_mistake_is_told_in_one_line_by_the_command_that_it_was_made_in(parser, capsys, line, message):
    with pytest.raises(SystemExit, match="2"):
        parser.parse_args(line)
    assert capsys.readouterr() == ("", message)


def test_what_is_long_is_told_shortened(parser, capsys):
    with pytest.raises(SystemExit, match="2"):
        parser.parse_args(["do", "--count", "x" * 5000])
    assert len(capsys.readouterr().err) < 200


def test_the_command_line_of_the_process_is_read_where_none_is_given(parser, monkeypatch):
    monkeypatch.setattr("sys.argv", ["demo", "do", "--count", "-3"])
    assert parser.parse_args().count == -3
