using System.Globalization;
using Brownian.Data;
using Brownian.Guidance;
using Brownian.Spacing;
using Brownian.Tasks;
using static TorchSharp.torch;

namespace Brownian.Training;

/// <summary>
/// Pictures of what the averaged weights can do, made while training: the same noise and classes every time. All their randomness comes
/// from streams of their own, so that training is bit for bit the same with and without them.
/// </summary>
internal sealed class SampleGrids(TrainingSetup setup, string folder)
{
    /// <summary>Draws one grid.</summary>
    /// <returns>The PNG file, <c>step-0001000.png</c>.</returns>
    public string Draw()
    {
        using var scope = NewDisposeScope();
        using var averaged = setup.Trainer.WithAveragedWeights();
        var config = setup.Config.Samples;
        using var generated = Generate.Run(setup.LearnedModel, Request(config));
        var columns = setup.ClassCount is { } classes && config.Count % classes == 0 && classes <= 20 ? classes : (int?)null;
        var step = setup.Trainer.Progress.Steps.ToString("D7", CultureInfo.InvariantCulture);
        var path = Path.Combine(folder, $"step-{step}.png");
        ImageCodec.SavePng(ImageGrid.Tile(generated.Samples, columns), path);
        return path;
    }

    private GenerateRequest Request(SamplesConfig config)
    {
        var recommended = config.Recommended(setup.Config.Path);
        var guided = config.Guidance != 1 && setup.NullLabel is not null;
        return new()
        {
            Shape = [setup.Image.Channels, setup.Image.Height, setup.Image.Width],
            Count = config.Count,
            BatchSize = Math.Max(1, setup.Config.Batch / (guided ? 2 : 1)),
            Seed = config.Seed,
            Sampler = recommended.Method(),
            Spacing = SpacingCatalog.Find(recommended.Spacing),
            Steps = recommended.Steps,
            Condition = setup.ClassCount is { } classes ? Labels(config.Count, i => i % classes) : null,
            Unconditional = setup.NullLabel is { } any ? Labels(config.Count, _ => any) : null,
            Guidance = guided ? config.Guidance : 1,
            Thresholding = recommended.Clip is { } clip ? new Thresholding { Range = clip } : null,
        };
    }

    private static Condition Labels(int count, Func<int, long> label) => new() { Labels = tensor(Enumerable.Range(0, count).Select(label).ToArray()) };
}
