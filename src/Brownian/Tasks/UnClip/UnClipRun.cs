using Brownian.Checkpoints;
using Brownian.Data;
using Brownian.Guidance;
using Brownian.Networks.UnClip;
using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>The three chains of one batch. All tensors belong to the scope of the caller.</summary>
internal sealed class UnClipRun
{
    private readonly UnClipModel model;
    private readonly UnClipRequest request;
    private readonly int first;
    private readonly int count;
    private readonly INoise noise;
    private readonly Action<UnClipMoment>? onStep;
    private readonly CancellationToken cancellation;
    private readonly Device device;
    private readonly Texts wanted;
    private readonly Texts any;

    public UnClipRun(
        UnClipModel model, UnClipRequest request, int first, int count, INoise noise, Action<UnClipMoment>? onStep, CancellationToken cancellation)
    {
        (this.first, this.model, this.request, this.count, this.noise, this.onStep, this.cancellation) = (first, model, request, count, noise, onStep, cancellation);
        device = model.Text.parameters().First().device;
        any = Read("");
        wanted = request.Picture is null ? Read(request.Text) : any;
    }

    /// <summary>Embeddings of pictures, drawn by the prior, [N, D].</summary>
    public Tensor Drawn()
    {
        var prior = model.Prior!;
        var embeddings = Walk(UnClipStage.Prior, prior, Told(wanted), Told(any), request.PriorGuidance, request.PriorSteps);
        return ((PriorTransformer)prior.Model.Network).Denormalized(embeddings);
    }

    /// <summary>The embeddings of a given picture, [N, D].</summary>
    public Tensor Seen(Tensor picture) => model.Vision!.call(picture.to(device)).Embedding!.expand(count, -1);

    /// <summary>Small pictures, [N, C, H, W], from embeddings of pictures, [N, D].</summary>
    public Tensor Decoded(Tensor embeddings)
    {
        var projection = model.Projection;
        var told = projection.ConditionOf(embeddings, wanted.Embedding, wanted.Tokens, wanted.Mask);
        var nothing = projection.ConditionOf(projection.Unconditional.unsqueeze(0).expand_as(embeddings), any.Embedding, any.Tokens, any.Mask);
        return Walk(UnClipStage.Decoder, model.Decoder, told, nothing, request.DecoderGuidance, request.DecoderSteps).clamp(-1, 1);
    }

    /// <summary>Large pictures, [N, C, H', W'], from small ones.</summary>
    public Tensor Enlarged(Tensor small)
    {
        var stage = model.Enlarger;
        var shown = new Condition { Image = Resize.To(small, (int)stage.Shape[1], (int)stage.Shape[2]) };
        return Walk(UnClipStage.Enlarger, stage, shown, null, guidance: 1, request.EnlargerSteps);
    }

    private Tensor Walk(UnClipStage name, PipelineStage stage, Condition told, Condition? nothing, double guidance, int steps)
    {
        var schedule = stage.Scheduler.Spacing.Levels(stage.Model.Path, steps);
        using var guided = guidance == 1 || nothing is null ? null : new ClassifierFree(stage.Model, told, nothing, guidance);
        IDenoiser denoiser = guided ?? stage.Model.Bind(told);
        denoiser = name == UnClipStage.Enlarger ? new LastByAnother(denoiser, model.LastEnlarger.Bind(told), schedule[steps - 1]) : denoiser;
        denoiser = stage.Scheduler.Thresholding is { } rule ? new Thresholded(denoiser, rule) : denoiser;
        var start = noise.NormalLike(empty([count, .. stage.Shape], device: device)).mul_(stage.Scheduler.StartScale(schedule));
        return stage.Scheduler.Sampler.Run(denoiser, start, schedule, noise, (step, all, data) => onStep?.Invoke(new(first, name, step, all, data)), cancellation);
    }

    private Texts Read(string text)
    {
        var tokenizer = model.Tokenizer;
        var numbers = tokenizer.Padded(text);
        var length = Math.Min(tokenizer.Encode(text).Count, numbers.Length);
        var said = model.Text.call(tensor(numbers, device: device).unsqueeze(0));
        var mask = (arange(numbers.Length, device: device) < length).to(ScalarType.Float32).unsqueeze(0);
        var embedding = said.Embedding ?? throw new ArgumentException("unCLIP: its text encoder must have a projection (CLIPTextModelWithProjection).");
        return new(embedding.expand(count, -1), said.LastState.expand(count, -1, -1), mask.expand(count, -1));
    }

    private static Condition Told(Texts texts) => new() { Embedding = texts.Embedding, Tokens = texts.Tokens, TokenMask = texts.Mask };

    /// <summary>What is read of a text: its embedding, [N, D], its tokens, [N, L, C], and which of them are none of the padding, [N, L].</summary>
    private sealed record Texts(Tensor Embedding, Tensor Tokens, Tensor Mask);

    /// <summary>A denoiser whose last step another makes.</summary>
    private sealed class LastByAnother(IDenoiser first, IDenoiser last, NoiseLevel from) : IDenoiser
    {
        public Denoised Denoise(Tensor xt, NoiseLevel at) => (at.Sigma <= from.Sigma ? last : first).Denoise(xt, at);
    }
}
