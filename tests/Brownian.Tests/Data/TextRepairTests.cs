using Brownian.Data.Text;

namespace Brownian.Tests.Data;

/// <summary>Against ftfy 6.3.1 and Python 3.11's html.unescape, str.lower and unicodedata.</summary>
public sealed class TextRepairTests
{
    [Theory]
    [InlineData("caf\u00c3\u00a9 don\u00e2\u20ac\u2122t", "caf\u00e9 don't")]
    [InlineData("\ufb01 \ufb00 \ufb04", "fi ff ffl")]
    [InlineData("\uff21\uff22\uff23\u3000\uff11\uff12", "ABC 12")]
    [InlineData("\u201cx\u201d \u2018y\u2019", "\"x\" 'y'")]
    [InlineData("&lt;b&gt; &AMP; &EACUTE; &szlig; &SZLIG; &nope; &#65; &#x42; &#150;", "<b> & \u00c9 \u00df SS &nope; A B \u2013")]
    [InlineData("<b>&amp;</b>", "<b>&amp;</b>")]
    [InlineData("a\u000d\u000ab\u2028c", "a\u000ab\u000ac")]
    [InlineData("\u001b[31mred\u001b[0m\u0007", "red")]
    [InlineData("\u00c3\u0192\u00c2\u00a9 twice", "\u00e9 twice")]
    [InlineData("voil\u00c3 le", "voil\u00e0 le")]
    [InlineData("sch\u00c3\u00b6n \u00d0\u0178\u00d1\u20ac\u00d0\u00b8\u00d0\u00b2\u00d0\u00b5\u00d1\u201a", "sch\u00f6n \u041f\u0440\u0438\u0432\u0435\u0442")]
    [InlineData("na\u00efve S\u00e3o Paulo \u00c5ngstr\u00f6m", "na\u00efve S\u00e3o Paulo \u00c5ngstr\u00f6m")]
    [InlineData("\u00c5\u00a1koda in text with \u00c3\u00a9 ok \u2014 dash", "\u00c5\u00a1koda in text with \u00e9 ok \u2014 dash")]
    [InlineData("\u0085 \u0093q\u0094", "\u2026 \"q\"")]
    [InlineData("\u00e2\u20ac\u0153 like this \u00e2\u20ac\ufffd", "\" like this \ufffd")]
    [InlineData("\u00ef\u00bd\u00b1\u00ef\u00bd\u00b2", "\u30a2\u30a4")]
    [InlineData("\u0420\u045f\u0421\u0402\u0420\u0451\u0420\u0406\u0420\u00b5\u0421\u201a, \u0420\u0458\u0420\u0451\u0421\u0402", "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440")]
    [InlineData("\u00e6\u2014\u00a5\u00e6\u0153\u00ac", "\u65e5\u672c")]
    [InlineData("\u00f0\u0178\u02dc\u20ac", "\U0001f600")]
    [InlineData("100\u00b0 \u00c2\u00b0C", "100\u00b0 \u00b0C")]
    [InlineData("\u00c3\u20ac la carte", "\u00c0 la carte")]
    [InlineData("\u00c2\u00a35 \u00e2\u201a\u00ac3", "\u00a35 \u20ac3")]
    [InlineData("\u00e3\u0192\u2020\u00e3\u201a\u00b9\u00e3\u0192\u02c6", "\u30c6\u30b9\u30c8")]
    [InlineData("L&amp;apos;eau", "L'eau")]
    [InlineData("\u00bd \u00b2 \u2116 \u00d7 \u00f7", "\u00bd \u00b2 \u2116 \u00d7 \u00f7")]
    [InlineData("l\u2019\u00e9t\u00e9 \u2014 \u00bfqu\u00e9?", "l'\u00e9t\u00e9 \u2014 \u00bfqu\u00e9?")]
    public void A_text_is_mended_as_ftfy_mends_it(string text, string mended) => Assert.Equal(mended, TextRepair.Fix(text));

    [Theory]
    [InlineData("&amp", "&")]
    [InlineData("&notit;", "\u00acit;")]
    [InlineData("&#0;&#x110000;&#xD800;", "\ufffd\ufffd\ufffd")]
    [InlineData("&#1;&#128;&;&a", "\u20ac&;&a")]
    [InlineData("&copy2 &CounterClockwiseContourIntegral;", "\u00a92 \u2233")]
    [InlineData("&#xZ;&#;&#99999999999;", "&#xZ;&#;\ufffd")]
    public void References_are_read_as_browsers_read_them(string text, string read) => Assert.Equal(read, HtmlEntities.Unescape(text));

    [Theory]
    [InlineData("\u0130stanbul", "i\u0307stanbul")]
    [InlineData("\u039f\u0394\u039f\u03a3 \u03a3\u0391\u03a3", "\u03bf\u03b4\u03bf\u03c2 \u03c3\u03b1\u03c2")]
    [InlineData("\u01c5 \U00010400 \u1e9e", "\u01c6 \U00010428 \u00df")]
    public void Letters_become_lower_with_Unicodes_special_cases(string text, string lower) => Assert.Equal(lower, Letters.ToLower(text));

    [Theory]
    [InlineData("e\u0301a\u0308\u0323", "\u00e9\u1ea1\u0308")]
    [InlineData("\u1112\u1161\u11ab \uac00\u11a8", "\ud55c \uac01")]
    [InlineData("\u0344\u0958\u2126", "\u0308\u0301\u0915\u093c\u03a9")]
    [InlineData("\u0f71\u0f72\u0327\u0301c", "\u0f71\u0f72\u0327\u0301c")]
    [InlineData("A\u030a\u0301 q\u0307\u0323", "\u01fa q\u0323\u0307")]
    public void Letters_and_marks_are_composed(string text, string composed) => Assert.Equal(composed, Composition.Compose(text));

    [Fact]
    public void Mending_twice_changes_nothing_more()
    {
        foreach (var text in new[] { "caf\u00c3\u00a9 &amp;amp; \uff21", "\u00e2\u20ac\u0153x\u00e2\u20ac\u009d", "plain text" })
        {
            Assert.Equal(TextRepair.Fix(text), TextRepair.Fix(TextRepair.Fix(text)));
        }
    }
}
