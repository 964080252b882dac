using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Brownian.Tests.Documentation;

public sealed partial class SnippetTests
{
    [Fact]
    public void The_code_in_the_README_is_that_of_the_sample_which_is_compiled_and_run()
    {
        var root = Root();
        var snippets = Snippet().Matches(File.ReadAllText(Path.Combine(root, "README.md")));
        Assert.NotEmpty(snippets);
        Assert.All(snippets, snippet => Assert.Equal(
            File.ReadAllText(Path.Combine(root, snippet.Groups["file"].Value)).TrimEnd(), snippet.Groups["code"].Value.TrimEnd()));
    }

    [Fact]
    public void Links_between_pages_lead_somewhere()
    {
        var root = Root();
        string[] pages = [.. Directory.GetFiles(root, "*.md"), .. Directory.GetFiles(Path.Combine(root, "docs"), "*.md")];
        var broken = from page in pages
                     from Match link in Link().Matches(File.ReadAllText(page))
                     let target = link.Groups["target"].Value
                     where !File.Exists(Path.Combine(Path.GetDirectoryName(page)!, target))
                     select $"{Path.GetFileName(page)} → {target}";
        Assert.Empty(broken);
    }

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../.."));

    [GeneratedRegex(@"<!-- snippet: (?<file>\S+) -->\s*```\w+\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"\]\((?<target>(?!https?:)[^)#]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
