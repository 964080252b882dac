using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Benchmarks.Baseline;

/// <summary>A training step as one writes it from TorchSharp: its AdamW, its gradient clipping, an average tensor by tensor.</summary>
internal sealed class PlainTraining : IDisposable
{
    private readonly PlainUNet network;
    private readonly Condition? condition;
    private readonly Tensor images;
    private readonly Tensor noise;
    private readonly Tensor times;
    private readonly List<Parameter> parameters;
    private readonly List<Tensor> averages;
    private readonly optim.Optimizer optimizer;

    public PlainTraining(PlainUNet network, Tensor images, Condition? condition)
    {
        (this.network, this.images, this.condition) = (network, images, condition);
        using var random = new RandomStream(9);
        noise = random.NormalLike(images).DetachFromDisposeScope();
        times = (random.Uniform(images.size(0)) * 1000).floor().DetachFromDisposeScope();
        parameters = [.. network.parameters()];
        averages = [.. parameters.Select(p => p.detach().clone().DetachFromDisposeScope())];
        optimizer = optim.AdamW(parameters, 2e-4);
    }

    public void Step()
    {
        using var scope = NewDisposeScope();
        network.train();
        optimizer.zero_grad();
        var loss = (network.call(images + noise, times, condition) - noise).square().mean();
        loss.backward();
        nn.utils.clip_grad_norm_(parameters, 1);
        optimizer.step();
        using var frozen = no_grad();
        for (var i = 0; i < parameters.Count; i++)
        {
            averages[i].mul_(0.999).add_(parameters[i], 0.001);
        }

        _ = loss.item<float>();
    }

    public void Dispose()
    {
        optimizer.Dispose();
        foreach (var tensor in (Tensor[])[.. averages, noise, times])
        {
            tensor.Dispose();
        }
    }
}
