using System.Text.Json.Nodes;
using Brownian.Checkpoints;
using Brownian.Networks;
using static TorchSharp.torch;

namespace Brownian.Training;

/// <summary>Trained models that others learn from.</summary>
internal static class Teachers
{
    /// <summary>Loads a teacher for these data.</summary>
    /// <exception cref="ArgumentException">It was trained on other data.</exception>
    public static ModelBundle Load(string path, ImageShape image, int? classes)
    {
        var teacher = ModelBundle.Load(path);
        if (teacher.Image == image && teacher.ClassCount == classes)
        {
            return teacher;
        }

        var (made, told) = (Described(teacher.Image, teacher.ClassCount), Described(image, classes));
        teacher.Dispose();
        throw new ArgumentException($"teacher: {path} was trained on {made}, and the data are {told}. Give it the data that it was trained on.");
    }

    /// <summary>The shape that a network needs; one like its teacher's has a learned variance if the teacher has.</summary>
    public static NetworkConfig Shape(NetworkConfig wanted, NetworkNeeds needs, ModelBundle? teacher) =>
        wanted.For(needs with { LearnedVariance = needs.LearnedVariance || LearnsVariance(teacher) });

    /// <summary>Starts a network from its teacher's weights, if their shapes are equal.</summary>
    public static void CopyWeights(ModelBundle? teacher, NetworkConfig shape, Network network)
    {
        if (!Equals(teacher, shape))
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var weights = teacher!.Model.Network.state_dict();
        foreach (var (name, target) in network.state_dict())
        {
            target.copy_(weights[name]);
        }
    }

    private static bool LearnsVariance(ModelBundle? teacher) =>
        teacher?.Model.Network is IConfiguredNetwork { Config: var config }
        && JsonNode.Parse(config.ToJson()) is JsonObject json
        && json["out_channels"]?.GetValue<int>() == 2 * teacher.Image.Channels;

    private static bool Equals(ModelBundle? teacher, NetworkConfig shape) =>
        teacher?.Model.Network is IConfiguredNetwork { Config: var config } && config.ToJson() == shape.ToJson();

    private static string Described(ImageShape image, int? classes) =>
        $"{image.Channels}×{image.Height}×{image.Width} images {(classes is null ? "without classes" : $"of {classes} classes")}";
}
