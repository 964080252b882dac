using Brownian.Checkpoints;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Evaluation;

/// <summary>
/// Inception v3 as the FID is defined on it (Szegedy et al. 2016; TensorFlow's graph of 2015-12-05, of which pytorch-fid and torch-fidelity carry
/// the weights as <c>inception-2015-12-05-6726825d</c>): images as bytes → 2048 features and the logits of 1008 classes.
/// </summary>
/// <remarks>
/// Brownian does not have these weights: bring the file. Images are resized to 299×299 as TensorFlow 1 does it, without antialiasing and with the
/// first pixel at 0; other resizers give other FIDs (Parmar et al. 2022).
/// </remarks>
public sealed class InceptionV3 : nn.Module<Tensor, InceptionOutput>
{
    /// <summary>Width of the features.</summary>
    public const int FeatureCount = 2048;

    private const int Side = 299, ClassCount = 1008;
    private static readonly KeyMap Names = new("inception-2015-12-05", []) { Ignored = ["num_batches_tracked"] };
    private readonly InceptionUnit[] stem;
    private readonly InceptionBlock[] blocks;
    private readonly nn.Module head;

    private InceptionV3()
        : base(nameof(InceptionV3))
    {
        long channels = 3;
        stem = [.. InceptionShape.Stem.Select(shape =>
        {
            var unit = new InceptionUnit(shape, channels, pads: shape.Name == "Conv2d_2b_3x3");
            register_module(shape.Name, unit);
            channels = shape.Out;
            return unit;
        })];
        blocks = [.. InceptionShape.Blocks.Select(shape =>
        {
            var block = new InceptionBlock(shape, channels);
            register_module(shape.Name, block);
            channels = block.Channels;
            return block;
        })];
        register_module("fc", head = new Head());
        eval();
    }

    /// <summary>The network with the weights of a file, in the names of torchvision.</summary>
    /// <param name="weights">A PyTorch or safetensors file.</param>
    /// <exception cref="MissingWeightException">It is another network's.</exception>
    /// <exception cref="CheckpointFormatException">It is no such file, or damaged.</exception>
    public static InceptionV3 Load(string weights)
    {
        using var file = TensorFile.Open(weights);
        return Load(file);
    }

    /// <summary>The network with the weights of an open file.</summary>
    /// <inheritdoc cref="Load(string)"/>
    public static InceptionV3 Load(TensorFile weights)
    {
        var network = new InceptionV3();
        WeightLoading.Load(network, weights, Names);
        return network;
    }

    /// <summary>Features and logits of images.</summary>
    /// <param name="images">[N, 3, H, W] with the values of bytes, 0 … 255, in any type.</param>
    /// <exception cref="ArgumentException">The images have another shape.</exception>
    public override InceptionOutput forward(Tensor images)
    {
        if (images.dim() != 4 || images.size(1) != 3)
        {
            throw new ArgumentException($"images: expected [N, 3, H, W]; got [{string.Join(", ", images.shape)}]. Repeat grey images three times.", nameof(images));
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var weight = head.get_parameter("weight")!;
        var h = (Resized(images.to(weight.dtype).to(weight.device)) - 128) / 128;
        for (var i = 0; i < stem.Length; i++)
        {
            h = stem[i].call(h);
            h = i is 2 or 4 ? nn.functional.max_pool2d(h, [3, 3], [2, 2]) : h;
        }

        foreach (var block in blocks)
        {
            h = block.call(h);
        }

        var features = h.mean([2, 3]); // [N, 2048]
        var unbiased = features.matmul(weight.transpose(0, 1));
        return new(features.MoveToOuterDisposeScope(), (unbiased + head.get_parameter("bias")!).MoveToOuterDisposeScope(), unbiased.MoveToOuterDisposeScope());
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    private static Tensor Resized(Tensor images)
    {
        using var scope = NewDisposeScope();
        var ((top, bottom, down), (left, right, across)) = (Taps(images, 2), Taps(images, 3));
        var rows = (images.index_select(2, top), images.index_select(2, bottom));
        var (upper, lower) = (Mixed(rows.Item1), Mixed(rows.Item2));
        return (upper + (lower - upper) * down.unsqueeze(1)).MoveToOuterDisposeScope();

        Tensor Mixed(Tensor row)
        {
            var (a, b) = (row.index_select(3, left), row.index_select(3, right));
            return a + (b - a) * across;
        }
    }

    // Both neighbours of each pixel and the share of the second; the scale is float32 as in TensorFlow.
    private static (Tensor First, Tensor Second, Tensor Share) Taps(Tensor images, int axis)
    {
        var length = images.size(axis);
        var position = arange(Side, dtype: images.dtype, device: images.device) * (float)((double)length / Side);
        var first = position.to(ScalarType.Int64);
        return (first, (first + 1).clamp(max: length - 1), position - first.to(images.dtype));
    }

    private sealed class Head : nn.Module
    {
        public Head()
            : base(nameof(Head))
        {
            register_parameter("weight", new Parameter(zeros(ClassCount, FeatureCount), requires_grad: false));
            register_parameter("bias", new Parameter(zeros(ClassCount), requires_grad: false));
        }

        protected override void RegisterComponents()
        {
        }
    }
}
