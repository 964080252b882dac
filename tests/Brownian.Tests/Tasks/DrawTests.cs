using Brownian.Checkpoints;
using Brownian.Networks.Conditional;
using Brownian.Networks.Latent;
using Brownian.Networks.UNet;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Tasks;
using Brownian.Testing;
using Brownian.Tests.Checkpoints;
using Brownian.Tests.Verification;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Tasks;

public sealed class DrawTests : LeakCheck
{
    private static readonly string Folder = GoldenData.At("pipe_sd", "pipeline");
    private static readonly DrawRequest Horse = new() { Prompts = ["a horse"], Steps = 3, Size = (16, 16), Seed = 5 };

    [Theory]
    [InlineData("pipe_sd")]
    [InlineData("pipe_sd_schedulers")]
    [InlineData("pipe_sd_upscale")]
    [InlineData("pipe_ldm")]
    public void A_folder_draws_the_pictures_that_diffusers_draws(string name)
    {
        var result = GoldenCase.Passes(name);
        Assert.True(result.MaxAbsolute <= result.Tolerance, result.ToString());
    }

    [Fact]
    public void PNDM_begins_in_the_middle_at_the_level_that_is_asked_for_unless_diffusers_is_followed()
    {
        using var scope = NewDisposeScope();
        using var bundle = LatentBundle.Load(Folder);
        var request = Horse with { Image = Image(), Steps = 5, Strength = 0.6, Size = null };
        using var noise = new SeededNoise(1);
        Assert.Equal([401, 201, 1], new LatentRun(bundle, request, 1, noise).Schedule.Take(3).Select(level => (int)level.Time));
        Assert.Equal([601, 201, 1], new LatentRun(bundle, request with { AsDiffusers = true }, 1, noise).Schedule.Take(3).Select(level => (int)level.Time));
    }

    [Fact]
    public void A_run_asks_its_spacing_once_also_where_it_begins_in_the_middle_as_diffusers_does()
    {
        using var scope = NewDisposeScope();
        using var bundle = LatentBundle.Load(Folder);
        var spacing = new Counted(bundle.Scheduler.Spacing);
        using var noise = new SeededNoise(1);
        var request = Horse with { Image = Image(), Steps = 3, Strength = 0.7, Size = null, AsDiffusers = true, Spacing = spacing };
        new LatentRun(bundle, request, 1, noise).Draw(null, default);
        Assert.Equal(1, spacing.Calls);
    }

    [Fact]
    public void What_a_step_tries_out_on_its_way_has_the_known_part_too()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(9);
        var path = DiscretePath.ScaledLinear();
        var (known, fresh) = (noise.NormalLike(zeros(1, 8)), noise.NormalLike(zeros(1, 8)));
        var mask = tensor(new[] { 1f, 1, 1, 1, 0, 0, 0, 0 }).reshape(1, 8);
        var schedule = new Leading(1).Levels(path, 4);
        foreach (var sampler in (Sampler[])[new Heun(), new Pndm(PndmStart.Heun), new Dpm2(), new Ddim()])
        {
            var seen = new Watched(new GaussianOracle(0.3, 0.8));
            var start = fresh * schedule[0].Sigma + known * schedule[0].Alpha;
            var end = new Blended(sampler, new(known, mask), fresh).Run(seen, start, schedule, noise);
            Close(known * mask, (end * mask).to(ScalarType.Float32), 1e-5);
            Assert.All(seen.Inputs, input => Close((known * input.At.Alpha + fresh * input.At.Sigma) * mask, (input.X * mask).to(ScalarType.Float32), 1e-5));
            seen.Inputs.ForEach(input => input.X.Dispose());
        }
    }

    [Theory]
    [InlineData("StableDiffusionPipeline", 1, false)]
    [InlineData("StableDiffusionInpaintPipeline", 1, true)]
    [InlineData("LDMPipeline", 0, true)]
    public void Settings_that_early_folders_lack_are_those_of_the_pipeline(string pipeline, int offset, bool clips)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["scheduler"]);
        File.WriteAllText(folder["model_index.json"], $$"""{"_class_name":"{{pipeline}}","scheduler":["diffusers","DDIMScheduler"]}""");
        File.WriteAllText(folder["scheduler/scheduler_config.json"], """{"_class_name":"DDIMScheduler","beta_schedule":"scaled_linear"}""");
        foreach (var asDiffusers in (bool[])[false, true])
        {
            var scheduler = PipelineFolder.Open(folder.Path).Scheduler(asDiffusers: asDiffusers);
            Assert.Equal((offset, clips), ((int)scheduler.Spacing.Levels(scheduler.Path, 10)[^2].Time, scheduler.Thresholding is not null));
        }
    }

    [Fact]
    public void A_picture_is_the_same_in_any_batch()
    {
        using var scope = NewDisposeScope();
        using var bundle = LatentBundle.Load(Folder);
        var three = Pictures(bundle, Horse with { Count = 3, BatchSize = 3 });
        var last = Pictures(bundle, Horse with { Seed = 7 });
        Assert.Equal([3, 3, 16, 16], three.shape);
        Close(three[2..], last, 1e-4);
        Assert.True((three[..1] - last).abs().max().item<float>() > 0.01);
    }

    [Fact]
    public void A_prompt_and_its_guidance_change_the_picture()
    {
        using var scope = NewDisposeScope();
        using var bundle = LatentBundle.Load(Folder);
        var one = Pictures(bundle, Horse);
        Assert.True((one - Pictures(bundle, Horse with { Prompts = ["two cats"] })).abs().max().item<float>() > 1e-3);
        Assert.True((one - Pictures(bundle, Horse with { Negative = ["blurry"] })).abs().max().item<float>() > 1e-3);

        // The same text on both sides leaves nothing to guide.
        Close(Pictures(bundle, Horse with { Guidance = 1 }), Pictures(bundle, Horse with { Negative = ["a horse"] }), 1e-3);
    }

    [Fact]
    public void A_weak_change_stays_nearer_to_the_picture_than_a_strong_one()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var bundle = LatentBundle.Load(Folder);
        var known = bundle.Codec.Encode(Image());
        Assert.True(Distance(0.1) < 0.5 * Distance(1), $"{Distance(0.1)} {Distance(1)}");

        double Distance(double strength)
        {
            using var noise = new SeededNoise(2);
            var last = Latents(bundle, Horse with { Image = Image(), Size = null, Steps = 10, Strength = strength, Guidance = 1 }, noise);
            return (last - known).square().mean().item<float>();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_known_of_a_picture_has_its_own_latents_at_the_end(bool lags)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var bundle = LatentBundle.Load(Folder);
        var mask = zeros(1, 1, 16, 16);
        mask.narrow(3, 8, 8).fill_(1);
        var request = Horse with { Image = Image(), Mask = mask, Size = null, Lags = lags, Strength = 1 };
        using var noise = new SeededNoise(3);
        var end = Latents(bundle, request, noise);
        using var again = new SeededNoise(3);
        Close(bundle.Codec.Encode(Image(), again).narrow(3, 0, 4), end.narrow(3, 0, 4), 1e-5);
    }

    [Fact]
    public void A_network_that_fills_is_shown_the_mask_and_the_known_part()
    {
        using var scope = NewDisposeScope();
        using var plain = LatentBundle.Load(Folder);
        using var bundle = With(plain, LatentKind.Filling, 9);
        var mask = zeros(1, 1, 16, 16);
        mask.narrow(2, 0, 8).fill_(1);
        var request = Horse with { Image = Image(), Mask = mask, Size = null, Guidance = 1 };
        var one = Pictures(bundle, request);
        Close(one, Pictures(bundle, request), 0);

        // What is masked is not seen; what is known is.
        var other = Image().clone();
        other.narrow(2, 0, 8).fill_(0.9);
        Close(one, Pictures(bundle, request with { Image = other }), 1e-5);
        other.narrow(2, 8, 8).fill_(0.9);
        Assert.True((one - Pictures(bundle, request with { Image = other })).abs().max().item<float>() > 1e-4);
    }

    [Fact]
    public void An_upscaler_is_shown_the_small_picture_and_the_level_of_its_noise()
    {
        using var scope = NewDisposeScope();
        using var plain = LatentBundle.Load(Folder);
        using var bundle = With(plain, LatentKind.Upscaling, 7, classes: 50) with { SmallPicture = plain.Scheduler };
        var request = Horse with { Image = Image(), Size = null, NoiseStep = 4 };
        var one = Pictures(bundle, request);
        Assert.Equal([1, 3, 32, 32], one.shape);
        Assert.True((one - Pictures(bundle, request with { NoiseStep = 40 })).abs().max().item<float>() > 1e-4);
    }

    [Fact]
    public void A_latent_model_without_text_draws_and_enlarges()
    {
        using var scope = NewDisposeScope();
        using var plain = LatentBundle.Load(Folder);
        using var codec = new VQModel(new() { DownBlockTypes = ["DownEncoderBlock2D", "DownEncoderBlock2D"], UpBlockTypes = ["UpDecoderBlock2D", "UpDecoderBlock2D"], BlockOutChannels = [8, 8], NormNumGroups = 4, ScalingFactor = 1 });
        using var draws = new UNet2D(Unet(3));
        using var enlarges = new UNet2D(Unet(6));
        var bundle = plain with { Codec = codec, Text = null, Tokenizer = null, Model = plain.Model with { Network = draws } };
        var request = new DrawRequest { Steps = 2, Guidance = 1, Size = (8, 8) };
        Assert.Equal([1, 3, 8, 8], Pictures(bundle, request).shape);
        bundle = bundle with { Kind = LatentKind.Enlarging, Model = plain.Model with { Network = enlarges } };
        Assert.Equal([2, 3, 32, 32], Pictures(bundle, request with { Image = Image(), Size = null, Count = 2, BatchSize = 2 }).shape);
    }

    [Fact]
    public void Any_sampler_of_the_table_draws()
    {
        using var scope = NewDisposeScope();
        using var bundle = LatentBundle.Load(Folder);
        var reference = Pictures(bundle, Horse with { Guidance = 1, Steps = 60, Sampler = new Ddim(), Spacing = new Trailing() });
        var other = Pictures(bundle, Horse with { Guidance = 1, Steps = 30, Sampler = new DpmSolverPlusPlus(), Spacing = new Trailing() });
        Assert.True((reference - other).abs().mean().item<float>() < 0.1);
    }

    [Fact]
    public void What_cannot_be_drawn_is_said()
    {
        using var scope = NewDisposeScope();
        using var bundle = LatentBundle.Load(Folder);
        var without = bundle with { Text = null, Tokenizer = null };
        var filling = bundle with { Kind = LatentKind.Filling };
        Says("got a prompt; it draws without text", without, Horse);
        Says("got no prompt", bundle, Horse with { Prompts = [] });
        Says("prompts: expected one for all, or one for each of 3 pictures; got 2", bundle, Horse with { Prompts = ["a", "b"], Count = 3 });
        Says("expected sides that divide by 2, the pixels of one latent; got 17×16. The nearest is 16×16", bundle, Horse with { Size = (16, 17) });
        Says("image: expected [1 or 1, 3, H, W]; got [3, 16, 16]", bundle, Horse with { Image = Image()[0], Size = null });
        Says("mask: expected [1 or 1, 1, 16, 16]; got [1, 1, 8, 8]", bundle, Horse with { Image = Image(), Mask = zeros(1, 1, 8, 8), Size = null });
        Says("got a mask without an image", bundle, Horse with { Mask = zeros(1, 1, 16, 16) });
        Says("got no mask", filling, Horse with { Image = Image(), Size = null });
        Says("got no image", filling, Horse);
        Says("an image of 16×16 for a picture of another size", bundle, Horse with { Image = Image(), Size = (32, 32) });
        Says("strength: expected a number above 0 and at most 1", bundle, Horse with { Image = Image(), Size = null, Strength = 0.1 });
    }

    [Fact]
    public void Parts_that_do_not_belong_together_are_refused()
    {
        using var scope = NewDisposeScope();
        using var folder = new Brownian.Tests.Checkpoints.TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[Path.GetRelativePath(Folder, file)])!);
            File.Copy(file, folder[Path.GetRelativePath(Folder, file)]);
        }

        var index = folder["model_index.json"];
        var text = File.ReadAllText(index);
        File.WriteAllText(index, text.Replace("StableDiffusionPipeline", "StableDiffusionUpscalePipeline", StringComparison.Ordinal));
        Assert.Contains("takes 7 channels for 4 of the latents; got 4", Assert.Throws<CheckpointFormatException>(() => LatentBundle.Load(folder[""])).Message, StringComparison.Ordinal);
        File.WriteAllText(index, text.Replace("StableDiffusionPipeline", "FluxPipeline", StringComparison.Ordinal));
        Assert.Contains("its pipeline is 'FluxPipeline'", Assert.Throws<CheckpointFormatException>(() => LatentBundle.Load(folder[""])).Message, StringComparison.Ordinal);
    }

    private static UNet2DConfig Unet(int channels) => new()
    {
        InChannels = channels,
        OutChannels = 3,
        BlockOutChannels = [8, 8],
        DownBlockTypes = ["DownBlock2D", "DownBlock2D"],
        UpBlockTypes = ["UpBlock2D", "UpBlock2D"],
        LayersPerBlock = 1,
        NormNumGroups = 4,
        AddAttention = false,
    };

    /// <summary>A pipeline whose network takes other channels, with random weights that leave no output at 0. The rest is borrowed.</summary>
    private static LatentBundle With(LatentBundle plain, LatentKind kind, int channels, int? classes = null)
    {
        var config = ((UNet2DCondition)plain.Model.Network).Config with { InChannels = channels, NumClassEmbeds = classes };
        var network = new UNet2DCondition(config, 3);
        using var frozen = no_grad();
        using var random = new RandomStream(4);
        foreach (var parameter in network.parameters())
        {
            using var inner = NewDisposeScope();
            parameter.add_(random.NormalLike(parameter) * 0.1);
        }

        return plain with { Kind = kind, Model = plain.Model with { Network = network } };
    }

    private static Tensor Image()
    {
        using var noise = new SeededNoise(11);
        return noise.NormalLike(zeros(1, 3, 16, 16)).mul_(0.4).clamp_(-1, 1);
    }

    private static Tensor Pictures(LatentBundle bundle, DrawRequest request)
    {
        var batches = Draw.Batches(bundle, request).ToArray();
        var whole = cat([.. batches.Select(batch => batch.Samples)], 0);
        Array.ForEach(batches, batch => batch.Dispose());
        return whole;
    }

    /// <summary>The latents of which the picture is made.</summary>
    private static Tensor Latents(LatentBundle bundle, DrawRequest request, INoise noise)
    {
        using var last = new Kept();
        new LatentRun(bundle, request, 1, noise).Draw((_, _, _, latents, _) => last.Set(latents), default);
        return last.Value!.clone();
    }

    private static void Says(string expected, LatentBundle bundle, DrawRequest request) =>
        Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(() => Pictures(bundle, request)).Message, StringComparison.Ordinal);

    private static void Close(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        var difference = (expected - actual).abs().max().item<float>();
        Assert.True(difference <= tolerance, $"differs by {difference}");
    }

    private sealed class Watched(IDenoiser inner) : IDenoiser
    {
        public List<(Tensor X, NoiseLevel At)> Inputs { get; } = [];

        public Denoised Denoise(Tensor xt, NoiseLevel at)
        {
            Inputs.Add((xt.clone().DetachFromDisposeScope(), at));
            return inner.Denoise(xt, at);
        }
    }

    private sealed class Counted(ISpacing spacing) : ISpacing
    {
        public int Calls { get; private set; }

        public NoiseSchedule Levels(GaussianPath path, int steps)
        {
            Calls++;
            return spacing.Levels(path, steps);
        }
    }
}
