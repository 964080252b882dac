using Brownian.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Quality;

/// <summary>A trained classifier, its features and its verdicts.</summary>
internal sealed class Judge
{
    private const int BatchSize = 128;
    private readonly Classifier classifier;
    private readonly Device device;

    private Judge(Classifier classifier, Device device) => (this.classifier, this.device) = (classifier, device);

    /// <summary>Trains on labelled images: Adam, cosine learning rate.</summary>
    public static Judge Train(IImageDataset data, int epochs, Device device)
    {
        var network = new Classifier(data.Channels, data.ClassNames?.Count ?? throw new ArgumentException($"{data.Name} has no classes."));
        network.to(device);
        using var optimizer = optim.Adam(network.parameters());
        using var loader = new Loader(data, new() { BatchSize = BatchSize, Epochs = epochs, Seed = 1 });
        var (step, steps) = (0, epochs * data.Count / BatchSize);
        foreach (var batch in loader)
        {
            using var scope = NewDisposeScope();
            foreach (var group in optimizer.ParamGroups)
            {
                group.LearningRate = 2e-3 * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, (double)step / steps)));
            }

            optimizer.zero_grad();
            var loss = nn.functional.cross_entropy(network.call(batch.Images.to(device)).Logits, batch.Labels!.to(device));
            loss.backward();
            optimizer.step();
            if (step++ % 200 == 0)
            {
                Console.Error.WriteLine($"judge: step {step} of {steps}, loss {loss.item<float>():f3}");
            }

            batch.Images.Dispose();
            batch.Labels!.Dispose();
        }

        network.eval();
        return new(network, device);
    }

    /// <returns>Features [N, D], labels [N] and predicted classes [N] of a data set.</returns>
    public (Tensor Features, Tensor Labels, Tensor Classes) Look(IImageDataset data)
    {
        using var loader = new Loader(data, new() { BatchSize = 500, Epochs = 1, Shuffle = false });
        var parts = loader.Select(batch => (Seen: Look(batch.Images), batch.Labels)).ToArray();
        return (cat(parts.Select(p => p.Seen.Features).ToArray(), 0), cat(parts.Select(p => p.Labels!).ToArray(), 0),
            cat(parts.Select(p => p.Seen.Classes).ToArray(), 0));
    }

    /// <returns>Features [N, D] and predicted classes [N] of images [N, C, H, W] in [−1, 1].</returns>
    public (Tensor Features, Tensor Classes) Look(Tensor images)
    {
        using var inference = no_grad();
        using var scope = NewDisposeScope();
        var parts = images.split(500).Select(part => classifier.call(part.to(device))).ToArray();
        return (cat(parts.Select(p => p.Features.cpu()).ToArray(), 0).MoveToOuterDisposeScope(),
            cat(parts.Select(p => p.Logits.argmax(1).cpu()).ToArray(), 0).MoveToOuterDisposeScope());
    }

    /// <summary>The share of equal entries of two label tensors, [N].</summary>
    public static double Agreement(Tensor a, Tensor b) => a.eq(b).to(ScalarType.Float64).mean().item<double>();
}
