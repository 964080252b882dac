using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>Whether a latent diffusion pipeline can draw what is asked for.</summary>
internal sealed class LatentCheck(LatentBundle bundle, DrawRequest request)
{
    private string Name => bundle.Folder.ClassName;

    public void Run(double strength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Steps, 1);
        Texts();
        Images();
        if (!(strength is > 0 and <= 1) || (request.Image is not null && (int)(request.Steps * strength) < 1))
        {
            throw new ArgumentException($"strength: expected a number above 0 and at most 1 that leaves at least one of {request.Steps} steps; got {strength}.", nameof(strength));
        }

        var (height, width) = LatentRun.SizeOf(bundle, request);
        if (bundle.Kind is LatentKind.Plain or LatentKind.Filling && (height < 1 || width < 1 || height % bundle.Codec.Factor != 0 || width % bundle.Codec.Factor != 0))
        {
            throw new ArgumentException(
                $"size: expected sides that divide by {bundle.Codec.Factor}, the pixels of one latent; got {width}×{height}. "
                + $"The nearest is {Nearest(width)}×{Nearest(height)}: resize or crop the picture.", nameof(request));
        }
    }

    private void Texts()
    {
        if (bundle.Text is null)
        {
            Refuse(request.Prompts.Count + request.Negative.Count > 0, "a prompt", "it draws without text. Leave the prompt out.");
            return;
        }

        Refuse(request.Prompts.Count == 0, "no prompt", "it draws what a text says. Give a prompt (\"\" for anything).");
        Rows(request.Prompts.Count, "prompts");
        Rows(request.Negative.Count, "negative prompts");
    }

    private void Images()
    {
        var (image, mask) = (request.Image, request.Mask);
        Refuse(image is null && bundle.Kind != LatentKind.Plain, "no image", "it needs one. Give an image.");
        Refuse(image is null && mask is not null, "a mask without an image", "a mask says which part of an image is made. Give both.");
        Refuse(mask is null && bundle.Kind == LatentKind.Filling, "no mask", "it fills the masked part of an image. Give a mask that is white there.");
        Refuse(mask is not null && bundle.Kind is LatentKind.Upscaling or LatentKind.Enlarging, "a mask", "it enlarges whole images. Leave the mask out.");
        if (image is null)
        {
            return;
        }

        Shape(image, "image", 3, null);
        Refuse(
            bundle.Kind is LatentKind.Plain or LatentKind.Filling && request.Size is { } size && size != ((int)image.size(2), (int)image.size(3)),
            $"an image of {image.size(3)}×{image.size(2)} for a picture of another size", "resize the image, or leave the size out.");
        if (mask is not null)
        {
            Shape(mask, "mask", 1, (image.size(2), image.size(3)));
        }
    }

    private void Shape(Tensor tensor, string name, long channels, (long Height, long Width)? size)
    {
        var fits = tensor.dim() == 4 && tensor.size(1) == channels && (size is not { } wanted || wanted == (tensor.size(2), tensor.size(3)));
        if (!fits)
        {
            var sides = size is { } same ? $"{same.Height}, {same.Width}" : "H, W";
            throw new ArgumentException(
                $"{name}: expected [1 or {request.Count}, {channels}, {sides}]; got [{string.Join(", ", tensor.shape)}]. Resize or convert the {name}.", name);
        }

        Rows((int)tensor.size(0), name + "s");
    }

    private void Rows(int given, string what)
    {
        if (given > 1 && given != request.Count)
        {
            throw new ArgumentException($"{what}: expected one for all, or one for each of {request.Count} pictures; got {given}.", what);
        }
    }

    private void Refuse(bool wrong, string came, string advice)
    {
        if (wrong)
        {
            throw new ArgumentException($"{Name}: got {came}; {advice}");
        }
    }

    private int Nearest(int side) => Math.Max(1, (int)Math.Round((double)side / bundle.Codec.Factor)) * bundle.Codec.Factor;
}
