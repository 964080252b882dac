using System.CommandLine;
using Brownian.Checkpoints;
using Brownian.Cli.Drawings;
using Brownian.Cli.Samples;
using Brownian.Cli.Terminals;
using Brownian.Data;
using TorchSharp;

namespace Brownian.Cli.Commands;

/// <summary>Makes a picture again from the settings that it carries, and compares every byte.</summary>
internal sealed class ReproduceCommand : BrownianCommand
{
    private readonly Argument<string> image = new("IMAGE") { Description = "A PNG that brownian sample wrote." };
    private readonly Option<string?> model = new("--model") { Description = "The model, if it is no longer where the picture says.", HelpName = "RUN" };
    private readonly Option<string?> output = SharedOptions.Out("Write the picture that was made to this PNG file.");
    private readonly Option<string> device = SharedOptions.Device();
    private readonly Option<bool> force = SharedOptions.Force();
    private readonly Option<bool> json = SharedOptions.Json();

    public ReproduceCommand(Terminal terminal)
        : base(terminal, "reproduce", "Make a picture again from the settings that it carries, and compare every byte.")
    {
        AddAll(image, model, output, device, force, json);
        Examples = ["brownian reproduce samples/000003.png", "brownian reproduce found.png --model quickstart/run --out again.png"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        var path = parse.GetValue(image)!;
        var record = UsageException.When(() => SampleRecord.Read(PngText.Read(path)))
            ?? throw new UsageException($"{path} carries no settings of brownian: it was made by another program, or its text was removed.");
        var place = ModelSearch.Find(record, path, parse.GetValue(model));
        var there = ImageCodec.Load(path);
        var again = record.Drawing is null ? Sampled(parse, place, record, there, cancellation) : Drawn(parse, place, record, path, there, cancellation);
        if (parse.GetValue(output) is { } file)
        {
            if (File.Exists(file) && !parse.GetValue(force))
            {
                throw new UsageException($"--out: {file} exists. Choose another name, or overwrite it with --force.");
            }

            ImageCodec.SavePng(again, file, record.ToText());
        }

        return Compare(parse.GetValue(json), place, there, again);
    }

    private Picture Sampled(ParseResult parse, string place, SampleRecord record, Picture there, CancellationToken cancellation)
    {
        using var bundle = ModelBundle.Load(place, record.Raw);
        Warn(place, bundle.WeightsSha256(), record);
        bundle.Model.Network.to(Devices.Of(parse.GetValue(device)!));
        bundle.Model.Network.ComputeType = Devices.Precision(record.Precision);
        return Reproduction.Make(bundle, record, there, cancellation);
    }

    private Picture Drawn(ParseResult parse, string place, SampleRecord record, string path, Picture there, CancellationToken cancellation)
    {
        if (UnClipDrawing.Knows(place))
        {
            Warn(place, UnClipDrawing.Hash(place), record);
            using var unclip = UnClipModel.Load(place);
            unclip.To(Devices.Of(parse.GetValue(device)!)).ComputeType = Devices.Precision(record.Precision);
            return DrawingReproduction.Make(wanted => new UnClipDrawing(unclip, wanted).Run(null, cancellation), record, path, there);
        }

        using var bundle = LatentBundle.Load(place);
        Warn(place, bundle.Folder.WeightsSha256("unet"), record);
        bundle.To(Devices.Of(parse.GetValue(device)!));
        bundle.Model.Network.ComputeType = Devices.Precision(record.Precision);
        return DrawingReproduction.Make(wanted => new Drawing(bundle, wanted).Run(null, cancellation), record, path, there);
    }

    private void Warn(string place, string? hash, SampleRecord record)
    {
        if (hash != record.ModelSha256)
        {
            Terminal.Warn($"the weights of {place} are not those that the picture was made with; the result will differ");
        }
    }

    private int Compare(bool asJson, string place, Picture there, Picture again)
    {
        var (bytes, different, largest) = Reproduction.Difference(there, again);
        if (asJson)
        {
            Terminal.Out.WriteLine(Json.Of(new { identical = different == 0, bytes, different, largest_difference = largest, model = place }));
        }
        else
        {
            Terminal.Out.WriteLine(different == 0
                ? $"identical: all {bytes} bytes of the picture are equal"
                : $"different: {different} of {bytes} bytes, by at most {largest} of 255");
        }

        return different == 0 ? ExitCode.Ok : ExitCode.Failed;
    }
}
