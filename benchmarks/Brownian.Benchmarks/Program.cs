using Brownian.Benchmarks;
using Brownian.Benchmarks.Sections;

// usage: Brownian.Benchmarks [--quick] [--out FOLDER] [--name NAME] [SECTION …]
// sections: forward training presets sampler loader loading stable-diffusion startup memory; all without an argument
var sections = new Dictionary<string, Action<Bench>>(StringComparer.Ordinal)
{
    ["forward"] = ForwardSection.Run,
    ["training"] = TrainingSection.Run,
    ["presets"] = PresetSection.Run,
    ["sampler"] = SamplerSection.Run,
    ["loader"] = LoaderSection.Run,
    ["loading"] = LoadingSection.Run,
    ["stable-diffusion"] = StableDiffusionSection.Run,
    ["startup"] = StartupSection.Run,
    ["memory"] = MemorySection.Run,
};
string? After(string option) => Array.IndexOf(args, option) is >= 0 and var i && i + 1 < args.Length ? args[i + 1] : null;
var (folder, name) = (After("--out"), After("--name") ?? "latest");
var chosen = args.Where(sections.ContainsKey).ToArray();
var unknown = args.Where(a => !sections.ContainsKey(a) && a is not ("--quick" or "--out" or "--name") && a != folder && a != name).ToArray();
if (unknown.Length > 0)
{
    Console.Error.WriteLine($"unknown: {string.Join(' ', unknown)}. Sections are {string.Join(' ', sections.Keys)}; options --quick --out FOLDER --name NAME.");
    return 2;
}

var bench = new Bench(args.Contains("--quick"));
Console.WriteLine($"{"",-55} {"ms",9} {"GFLOP",6} {"peak",6} {"speed",7}");
foreach (var section in chosen.Length > 0 ? chosen : [.. sections.Keys])
{
    sections[section](bench);
}

if (folder is not null)
{
    Report.Write(folder, name, bench.Rows);
}

return 0;
