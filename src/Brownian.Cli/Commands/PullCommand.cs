using System.CommandLine;
using Brownian.Cli.Downloads;
using Brownian.Cli.Live;
using Brownian.Cli.Terminals;
using Brownian.Data.Hub;

namespace Brownian.Cli.Commands;

/// <summary>Fetches a model from the Hugging Face hub.</summary>
internal sealed class PullCommand : BrownianCommand
{
    private readonly Argument<string> model = new("MODEL") { Description = "OWNER/NAME, as on the hub." };
    private readonly Option<string?> revision = new("--revision") { Description = "A branch, tag or commit; main if left out.", HelpName = "NAME" };
    private readonly Option<string?> variant = new("--variant") { Description = "Weights of this variant where there are such, as fp16.", HelpName = "NAME" };
    private readonly Option<string[]> include = new("--include") { Description = "Only files that match, such as \"unet/*\", in place of what is needed. May be repeated.", HelpName = "PATTERN" };
    private readonly Option<string[]> exclude = new("--exclude") { Description = "No files that match. May be repeated.", HelpName = "PATTERN" };
    private readonly Option<string?> token = new("--token") { Description = "Proves who asks; HF_TOKEN, or the token that Python's programs keep, if left out.", HelpName = "TOKEN" };
    private readonly Option<bool> offline = new("--offline") { Description = "Use only what was fetched before." };
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Say what would be fetched, and fetch nothing." };
    private readonly Option<bool> json = SharedOptions.Json();

    public PullCommand(Terminal terminal)
        : base(terminal, "pull", "Fetch a model from the Hugging Face hub, into the cache that Python's programs share.")
    {
        AddAll(model, revision, variant, include, exclude, token, offline, dryRun, json);
        Examples = ["brownian pull google/ddpm-cifar10-32", "brownian pull stable-diffusion-v1-5/stable-diffusion-v1-5 --variant fp16"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        var settings = UsageException.When(HubSettings.OfProcess);
        settings = settings with { Token = parse.GetValue(token) ?? settings.Token, IsOffline = settings.IsOffline || parse.GetValue(offline) };
        var hub = new ModelHub(settings);
        var (id, from) = (parse.GetValue(model)!, parse.GetValue(revision));
        var selection = new HubSelection { Variant = parse.GetValue(variant), Include = parse.GetValue(include) ?? [], Exclude = parse.GetValue(exclude) ?? [] };
        if (settings.IsOffline)
        {
            return Show(id, hub.Fetch(id, from, selection, cancellation: cancellation), null, parse.GetValue(json));
        }

        var plan = UsageException.When(() => hub.Plan(id, from, selection, cancellation));
        if (parse.GetValue(dryRun))
        {
            Show(plan, parse.GetValue(json));
            return ExitCode.Ok;
        }

        Terminal.Say($"{id} at {plan.Repository.Commit[..Math.Min(12, plan.Repository.Commit.Length)]}: {Words.Counted(plan.Files.Count, "file")}, {Words.Bytes(plan.Bytes)}, {Words.Bytes(plan.MissingBytes)} to fetch");
        using var progress = new DownloadLine(Terminal, plan.MissingBytes);
        return Show(id, hub.Fetch(plan, progress, cancellation), plan, parse.GetValue(json));
    }

    private int Show(string id, string folder, HubPlan? plan, bool asJson)
    {
        Terminal.Out.WriteLine(asJson
            ? Json.Of(new { model = id, commit = Path.GetFileName(folder), folder, files = plan?.Files.Select(file => file.Path), bytes = plan?.Bytes })
            : folder);
        Terminal.Say($"what it is: {ProgramName.Line("info", folder)}");
        return ExitCode.Ok;
    }

    private void Show(HubPlan plan, bool asJson)
    {
        if (asJson)
        {
            Terminal.Out.WriteLine(Json.Of(new
            {
                model = plan.Repository.Id,
                plan.Repository.Commit,
                plan.Bytes,
                missing_bytes = plan.MissingBytes,
                files = plan.Files.Select(file => new { file.Path, bytes = file.Length, hash = file.Hash }),
            }));
            return;
        }

        foreach (var file in plan.Files)
        {
            Terminal.Out.WriteLine($"{Words.Bytes(file.Length),10}  {file.Path}");
        }

        Terminal.Out.WriteLine($"{Words.Bytes(plan.Bytes),10}  in all; {Words.Bytes(plan.MissingBytes)} to fetch");
    }
}
