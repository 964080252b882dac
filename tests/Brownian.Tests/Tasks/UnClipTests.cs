using Brownian.Checkpoints;
using Brownian.Tasks;
using Brownian.Testing;
using Brownian.Tests.Verification;
using static TorchSharp.torch;

namespace Brownian.Tests.Tasks;

public sealed class UnClipTests : LeakCheck
{
    private static readonly string Folder = GoldenData.At("pipe_unclip", "pipeline");

    private static readonly UnClipRequest Request = new() { Text = "horse", Count = 3, Seed = 5, PriorSteps = 3, DecoderSteps = 3, EnlargerSteps = 2 };

    [Fact]
    public void UnClip_makes_the_picture_of_the_reference()
    {
        var result = GoldenCase.Passes("pipe_unclip");
        TestContext.Current.TestOutputHelper?.WriteLine(result.ToString());
    }

    [Fact]
    public void A_picture_is_the_same_in_a_batch_of_any_size()
    {
        using var scope = NewDisposeScope();
        using var model = UnClipModel.Load(Folder);
        var together = Pictures(model, Request);
        Assert.Equal([3, 3, 16, 16], together.shape);
        Assert.True((together - Pictures(model, Request with { BatchSize = 2 })).abs().max().item<float>() < 1e-4);
        Assert.True((together[2..] - Pictures(model, Request with { Seed = 7, Count = 1 })).abs().max().item<float>() < 1e-4);
        Assert.True((together[0] - together[1]).abs().max().item<float>() > 0.01);
        Assert.InRange(together.abs().max().item<float>(), 0.1f, 1);
    }

    [Fact]
    public void Text_guidance_and_steps_matter_and_are_reported()
    {
        using var scope = NewDisposeScope();
        using var model = UnClipModel.Load(Folder);
        var one = Request with { Count = 1 };
        var moments = new List<(UnClipStage, int, int)>();
        var picture = Pictures(model, one, moment => moments.Add((moment.Stage, moment.Step, moment.Steps)));
        Assert.Equal(3 + 3 + 2, moments.Count);
        Assert.Equal((UnClipStage.Prior, 1, 3), moments[0]);
        Assert.Equal((UnClipStage.Enlarger, 2, 2), moments[^1]);
        foreach (var other in (UnClipRequest[])[one with { Text = "a house" }, one with { PriorGuidance = 1 }, one with { DecoderGuidance = 1 }])
        {
            Assert.True((picture - Pictures(model, other)).abs().max().item<float>() > 1e-4, other.ToString());
        }
    }

    [Fact]
    public void What_a_folder_cannot_do_is_said()
    {
        using var scope = NewDisposeScope();
        using var model = UnClipModel.Load(Folder);
        var error = Assert.Throws<ArgumentException>(() => Pictures(model, Request with { Picture = zeros(1, 3, 8, 8) }));
        Assert.Contains("no image encoder", error.Message, StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(() => GenerateUnClip.Batches(model, Request, cancellation: new CancellationToken(true)).Count());
        var kind = Assert.Throws<CheckpointFormatException>(() => UnClipModel.Load(GoldenData.At("pipe_ddpm_ddim", "pipeline")));
        Assert.Contains("UnCLIPPipeline", kind.Message, StringComparison.Ordinal);
    }

    private static Tensor Pictures(UnClipModel model, UnClipRequest request, Action<UnClipMoment>? onStep = null)
    {
        var batches = GenerateUnClip.Batches(model, request, onStep).ToArray();
        var whole = cat([.. batches.Select(batch => batch.Samples)], 0);
        Array.ForEach(batches, batch => batch.Dispose());
        return whole;
    }
}
