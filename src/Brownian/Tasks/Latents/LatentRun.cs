using Brownian.Checkpoints;
using Brownian.Guidance;
using Brownian.Networks.Latent;
using Brownian.Paths;
using Brownian.Runtime;
using Brownian.Samplers;
using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>One batch of a latent diffusion pipeline.</summary>
/// <param name="bundle">The pipeline.</param>
/// <param name="request">What to draw, for this batch.</param>
/// <param name="count">N.</param>
/// <param name="noise">All its noise, drawn in the order in which diffusers draws.</param>
internal sealed class LatentRun(LatentBundle bundle, DrawRequest request, int count, INoise noise)
{
    private const int MostPixelsAtOnce = 1 << 20, SmallestTile = 64, StepsBetweenTrims = 32;

    private readonly Device device = bundle.Model.Network.parameters().First().device;
    private readonly LatentWalk walk = LatentWalk.Of(bundle, request);

    /// <summary>The levels that are visited, without those that a strength below 1 leaves out.</summary>
    public NoiseSchedule Schedule => walk.Schedule;

    /// <summary>Called with a step's number from 1, the number of steps, the level reached, and data and predicted data (latents).</summary>
    public delegate void Observer(int step, int steps, NoiseLevel level, Tensor xt, Tensor x0);

    /// <summary>The pictures, [N, C, H, W] in [−1, 1].</summary>
    public Tensor Draw(Observer? onStep, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var mode = new EvaluationMode(bundle.Model.Network);
        var start = Start();
        var condition = Condition(request.Prompts, request.SkippedBlocks, start.Shown);
        var any = bundle.Text is null || request.Guidance == 1 ? null : Condition(request.Negative, 0, start.Shown);
        using var guided = any is null ? null : new ClassifierFree(bundle.Model, condition, any, request.Guidance);
        IDenoiser belief = guided is null ? bundle.Model.Bind(condition) : guided;
        using var denoiser = new Previewed(bundle.Scheduler.Thresholding is { } rule ? new Thresholded(belief, rule) : belief);
        var sampler = start.Known is { } known ? new Blended(walk.Sampler, known, start.Noise!) { Lags = request.Lags } : walk.Sampler;
        var latents = sampler.Run(denoiser, start.Latents, Schedule, noise, Observe, cancellation);
        return Decoded(latents).clamp_(-1, 1).MoveToOuterDisposeScope();

        void Observe(int step, int steps, Tensor x)
        {
            if (step % StepsBetweenTrims == 0 || step == steps)
            {
                NativeTuning.TrimHeap();
            }

            onStep?.Invoke(step, steps, Schedule[step], x, denoiser.X0);
        }
    }

    /// <summary>The scale of the noise with which the reference starts.</summary>
    private double StartScale => bundle.Scheduler.StartScale(Schedule);

    /// <summary>Where the walk starts and what the network is shown; the order of the draws is that of each of diffusers' pipelines.</summary>
    private LatentStart Start()
    {
        var image = request.Image?.to(device);
        switch (bundle.Kind)
        {
            case LatentKind.Enlarging:
                return new(Fresh(image!.size(2), image.size(3)) * StartScale) { Shown = image.expand(count, -1, -1, -1) };
            case LatentKind.Upscaling:
                var level = bundle.SmallPicture!.Path.At(request.NoiseStep);
                var shown = (image! * level.Alpha).add_(noise.NormalLike(image!), alpha: level.Sigma);
                return new(Fresh(image!.size(2), image.size(3)) * StartScale) { Shown = shown.expand(count, -1, -1, -1) };
            case LatentKind.Filling:
                return Filling(image!);
            default:
                return image is null ? Nothing() : request.Mask is null ? Middle(image) : Masked(image);
        }
    }

    private LatentStart Nothing()
    {
        var (height, width) = SizeOf(bundle, request);
        return new(Fresh(height / bundle.Codec.Factor, width / bundle.Codec.Factor) * StartScale);
    }

    /// <summary>Image-to-image: the picture with the noise of the first level that is visited (Meng et al. 2022, "SDEdit").</summary>
    private LatentStart Middle(Tensor image)
    {
        var known = Encoded(image);
        return new(Noised(known, noise.NormalLike(known)));
    }

    /// <summary>Filling with a plain network: what is known is put back after each step.</summary>
    private LatentStart Masked(Tensor image)
    {
        var known = Encoded(image);
        var fresh = noise.NormalLike(known);
        var forgets = walk.Strength == 1 && !request.Lags;
        if (!request.Lags)
        {
            // The reference encodes the masked picture too, and does not look at it; its draw is made so that later ones are the same.
            noise.NormalLike(known).Dispose();
        }

        return new(forgets ? fresh * StartScale : Noised(known, fresh)) { Noise = fresh, Known = new(known, 1 - SmallMask(known)) };
    }

    /// <summary>Filling with a network that is shown the mask and the latents of the picture without its masked part.</summary>
    private LatentStart Filling(Tensor image)
    {
        var known = walk.Strength == 1 ? null : Encoded(image);
        var fresh = Fresh(image.size(2) / bundle.Codec.Factor, image.size(3) / bundle.Codec.Factor);
        var masked = Encoded(image * (request.Mask!.to(device) < 0.5));
        var shown = cat([SmallMask(masked).expand(count, -1, -1, -1), masked.expand(count, -1, -1, -1)], 1);
        return new(known is null ? fresh * StartScale : Noised(known, fresh)) { Shown = shown };
    }

    private Tensor Fresh(long height, long width) => noise.NormalLike(empty([count, bundle.Codec.LatentChannels, height, width], device: device));

    private Tensor Noised(Tensor known, Tensor fresh) => (known * Schedule[0].Alpha).add_(fresh, alpha: Schedule[0].Sigma);

    /// <summary>Latents of a batch: one picture stands for all.</summary>
    private Tensor Encoded(Tensor image)
    {
        Tile(image.size(2) * image.size(3));
        var latents = bundle.Codec.Encode(image, noise);
        return latents.size(0) == count ? latents : latents.repeat(count / latents.size(0), 1, 1, 1);
    }

    // The mask of a latent is that of its first pixel, as in the reference; it is 0 or 1.
    private Tensor SmallMask(Tensor latents) => nn.functional.interpolate(
        (request.Mask!.to(device) >= 0.5).to(latents.dtype), size: [latents.size(2), latents.size(3)], mode: InterpolationMode.Nearest);

    /// <summary>Pictures one by one: at their size the decoder needs more memory than everything before.</summary>
    private Tensor Decoded(Tensor latents)
    {
        Tile(latents.size(2) * latents.size(3) * bundle.Codec.Factor * bundle.Codec.Factor);
        return cat([.. Enumerable.Range(0, count).Select(i => bundle.Codec.Decode(latents.narrow(0, i, 1)))], 0);
    }

    private void Tile(long pixels)
    {
        if (bundle.Codec is AutoencoderKL autoencoder)
        {
            var tiles = autoencoder.UsualTiles;
            autoencoder.Tiles = request.Tiled ?? pixels > MostPixelsAtOnce ? tiles with { Size = Math.Max(tiles.Size, SmallestTile) } : null;
        }
    }

    private Condition Condition(IReadOnlyList<string> texts, int skipped, Tensor? shown) => new()
    {
        Tokens = bundle.Text is null ? null : Prompts.Encode(bundle, texts, count, skipped),
        Image = shown,
        Labels = bundle.Kind == LatentKind.Upscaling ? full(count, request.NoiseStep, dtype: ScalarType.Int64, device: device) : null,
    };

    /// <summary>Height and width of the pictures, in pixels.</summary>
    internal static (int Height, int Width) SizeOf(LatentBundle bundle, DrawRequest request) =>
        request.Size ?? (request.Image is { } image ? ((int)image.size(2), (int)image.size(3)) : bundle.Size);
}
