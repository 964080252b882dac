using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Brownian.Quality;

/// <summary>A small convolutional classifier: a judge of class-conditional samples that shares nothing with the diffusion model.</summary>
internal sealed class Classifier : Module<Tensor, (Tensor Logits, Tensor Features)>
{
    private readonly Module<Tensor, Tensor> body;
    private readonly Module<Tensor, Tensor> head;

    public Classifier(int channels, int classes)
        : base(nameof(Classifier))
    {
        body = Sequential(
            Conv2d(channels, 32, 3, padding: 1), BatchNorm2d(32), ReLU(),
            Conv2d(32, 32, 3, padding: 1), BatchNorm2d(32), ReLU(), MaxPool2d(2),
            Conv2d(32, 64, 3, padding: 1), BatchNorm2d(64), ReLU(),
            Conv2d(64, 64, 3, padding: 1), BatchNorm2d(64), ReLU(), MaxPool2d(2),
            Conv2d(64, 128, 3, padding: 1), BatchNorm2d(128), ReLU(),
            AdaptiveAvgPool2d(1), Flatten());
        head = Sequential(Dropout(0.2), Linear(128, classes));
        RegisterComponents();
    }

    /// <returns>Logits [N, K] and the features before the last layer [N, 128].</returns>
    public override (Tensor Logits, Tensor Features) forward(Tensor images)
    {
        var features = body.call(images);
        return (head.call(features), features);
    }
}
