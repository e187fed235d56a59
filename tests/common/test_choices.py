"""Lists to choose from."""

from django import forms


class Where(forms.Form):
    place = forms.ChoiceField(
        choices=[("", "Anywhere"), ("Sea & sky", [("a<b", "A <b>"), (1000, "A thousand")])],
        initial=1000,
        required=False,
    )


def test_options_stand_in_their_groups_escaped_and_as_they_are_sent_back():
    drawn = str(Where()["place"]).split(">", 1)[1]
    assert drawn == (
        '<option value="">Anywhere</option><optgroup label="Sea &amp; sky"><option value="a&lt;b">A &lt;b&gt;</option>'
        '<option value="1000" selected>A thousand</option></optgroup></select>'
    )
