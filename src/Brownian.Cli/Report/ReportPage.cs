using System.Net;
using System.Text;

namespace Brownian.Cli.Report;

/// <summary>One HTML file with everything in it: style, pictures, no script, nothing from the network.</summary>
internal sealed class ReportPage(string title, string subtitle)
{
    private readonly StringBuilder body = new();
    private bool inSection;

    /// <summary>Large numbers with a word under each.</summary>
    public void Numbers(params IEnumerable<(string Value, string Label)> numbers)
    {
        body.Append("<div class=\"numbers\">");
        foreach (var (value, label) in numbers)
        {
            body.Append($"<div><b>{Text(value)}</b><span>{Text(label)}</span></div>");
        }

        body.Append("</div>\n");
    }

    /// <summary>Starts a section with an explanation.</summary>
    public void Section(string heading, string explanation)
    {
        EndSection();
        body.Append($"<section>\n<h2>{Text(heading)}</h2>\n<p>{Text(explanation)}</p>\n");
        inSection = true;
    }

    /// <summary>A picture made of few pixels, drawn as large as the page is wide.</summary>
    public void Pixels(byte[] file, string caption) => body.Append(Figure(file, "pixels", caption));

    /// <summary>Pictures side by side.</summary>
    public void Row(params IEnumerable<(byte[] File, string Caption)> pictures)
    {
        body.Append("<div class=\"row\">");
        foreach (var (file, caption) in pictures)
        {
            Pixels(file, caption);
        }

        body.Append("</div>\n");
    }

    /// <summary>A plot.</summary>
    public void Plot(byte[] png, string caption) => body.Append(Figure(png, "plot", caption));

    /// <summary>Names and values.</summary>
    public void Table(params IEnumerable<(string Name, string Value)> rows)
    {
        body.Append("<table>");
        foreach (var (name, value) in rows)
        {
            body.Append($"<tr><td>{Text(name)}</td><td>{Text(value)}</td></tr>");
        }

        body.Append("</table>\n");
    }

    /// <summary>A command line and what it is for.</summary>
    public void Command(string what, string line) => body.Append($"<p class=\"what\">{Text(what)}</p>\n<pre>{Text(line)}</pre>\n");

    /// <summary>The whole file.</summary>
    public string ToHtml(string footer)
    {
        EndSection();
        return $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Text(title)}</title>
            <style>
            {Style()}</style>
            </head>
            <body>
            <main>
            <header><h1>{Text(title)}</h1><p>{Text(subtitle)}</p></header>
            {body}<footer>{Text(footer)}</footer>
            </main>
            </body>
            </html>

            """;
    }

    private void EndSection()
    {
        if (inSection)
        {
            body.Append("</section>\n");
        }
    }

    private static string Figure(byte[] file, string kind, string caption) =>
        $"<figure><img class=\"{kind}\" alt=\"{Text(caption)}\" src=\"data:{Mime(file)};base64,{Convert.ToBase64String(file)}\"><figcaption>{Text(caption)}</figcaption></figure>\n";

    private static string Mime(ReadOnlySpan<byte> file) => file.StartsWith("RIFF"u8) ? "image/webp" : "image/png";

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Style()
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream("Brownian.Cli.Report.report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
