using Brownian.Cli.Terminals;

namespace Brownian.Cli.Tests;

public sealed class PictureTests
{
    private static readonly Pixels Four = new(2, 2, [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]);

    [Theory]
    [InlineData("", "xterm-256color", PictureProtocol.HalfBlocks)]
    [InlineData("KITTY_WINDOW_ID=1", "xterm-kitty", PictureProtocol.Kitty)]
    [InlineData("KITTY_WINDOW_ID=1;TMUX=/tmp/x", "screen", PictureProtocol.HalfBlocks)]
    [InlineData("TERM_PROGRAM=iTerm.app", "xterm-256color", PictureProtocol.ITerm)]
    [InlineData("", "foot", PictureProtocol.Sixel)]
    [InlineData("BROWNIAN_PICTURES=none", "xterm-kitty", PictureProtocol.None)]
    [InlineData("BROWNIAN_PICTURES=blocks", "xterm-kitty", PictureProtocol.HalfBlocks)]
    internal void The_protocol_is_guessed_from_the_environment(string variables, string term, PictureProtocol expected)
    {
        var values = variables.Split(';', StringSplitOptions.RemoveEmptyEntries).Append($"TERM={term}").ToDictionary(v => v.Split('=')[0], v => v.Split('=')[1]);
        Assert.Equal(expected, PictureProtocols.Detect(colour: true, name => values.GetValueOrDefault(name)));
    }

    [Fact]
    public void Without_colour_there_is_no_picture()
    {
        Assert.Equal(PictureProtocol.None, PictureProtocols.Detect(colour: false, _ => "kitty"));
        Assert.Empty(PictureWriter.Write(Four, PictureProtocol.None, 80, 24));
    }

    [Fact]
    public void A_half_block_carries_the_pixel_above_and_the_pixel_below() =>
        Assert.Equal(
            "\e[38;2;255;0;0m\e[48;2;0;0;255m▀\e[38;2;0;255;0m\e[48;2;255;255;255m▀\e[0m\n",
            PictureWriter.Write(Four, PictureProtocol.HalfBlocks, 80, 24));

    [Fact]
    public void A_picture_wider_than_the_terminal_is_made_smaller()
    {
        var wide = new Pixels(400, 100, new byte[400 * 100 * 3]);
        var lines = PictureWriter.Write(wide, PictureProtocol.HalfBlocks, 80, 24).TrimEnd('\n').Split('\n');
        Assert.Equal(10, lines.Length);
        Assert.All(lines, line => Assert.Equal(80, line.Count(c => c == '▀')));
    }

    [Fact]
    public void Kitty_gets_a_png_in_pieces_of_4096_characters()
    {
        var noise = new byte[90 * 90 * 3];
        var state = 1u;
        for (var i = 0; i < noise.Length; i++)
        {
            state = (state * 1664525) + 1013904223;
            noise[i] = (byte)(state >> 24);
        }

        var text = PictureWriter.Write(new Pixels(90, 90, noise), PictureProtocol.Kitty, 60, 20);
        var pieces = text.TrimEnd('\n').Split("\e\\", StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("\e_Ga=T,f=100,q=2,c=40,r=20,m=1;", pieces[0]);
        Assert.All(pieces[1..^1], piece => Assert.StartsWith("\e_Gm=1;", piece));
        Assert.StartsWith("\e_Gm=0;", pieces[^1]);
        var png = Convert.FromBase64String(string.Concat(pieces.Select(piece => piece.Split(';', 2)[1])));
        Assert.Equal(noise, Pixels.Decode(png).Rgb);
    }

    [Fact]
    public void ITerm_gets_the_size_of_the_file_in_bytes()
    {
        var text = PictureWriter.Write(Four, PictureProtocol.ITerm, 10, 10);
        var png = Convert.FromBase64String(text.Split(':')[1].TrimEnd('\a', '\n'));
        Assert.Contains($"size={png.Length};width=10;height=5;", text);
        Assert.Equal(Four.Rgb, Pixels.Decode(png).Rgb);
    }

    [Fact]
    public void Sixel_says_its_size_and_draws_every_pixel_once()
    {
        var text = Sixel.Encode(Four);
        Assert.StartsWith("\ePq\"1;1;2;2", text);
        Assert.EndsWith("\e\\", text);

        // After the palette: '@' sets the upper, 'A' the lower of two pixels; each of the four colours sets one.
        var drawing = text[(text.LastIndexOf(";100", StringComparison.Ordinal) + 4)..];
        Assert.Equal(4, drawing.Count(c => c is '@' or 'A'));
    }
}
