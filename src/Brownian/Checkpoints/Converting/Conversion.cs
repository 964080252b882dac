using Brownian.Checkpoints.Foreign;
using Brownian.Networks.UNet;

namespace Brownian.Checkpoints;

/// <summary>Converts checkpoints of any format and layout that is read into folders and files that we, and others, load.</summary>
public static class Conversion
{
    private const string AsFile = "Its weights can be had as one file: give a target that ends in .safetensors.";

    private static readonly string[] Copied = [".json", ".txt", ".model", ".yaml"];

    /// <summary>
    /// Converts a file or folder. A target that ends in .safetensors is one file with the same names; else it is a folder: a diffusers folder
    /// for Stable Diffusion, for its networks and for diffusers folders, a run folder of ours for other programs' models.
    /// </summary>
    /// <param name="source">A file of weights in any format, a diffusers folder, or a run.</param>
    /// <param name="target">What to write; its parent must exist.</param>
    /// <param name="options">What weights do not tell.</param>
    /// <returns>What was written, in a few words.</returns>
    /// <exception cref="CheckpointFormatException">The source is damaged, refused, or of no family that is converted.</exception>
    /// <exception cref="ArgumentException">The settings are missing or contradict the weights' family.</exception>
    public static string Run(string source, string target, ConversionOptions? options = null)
    {
        options ??= new();
        if (target.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            return ToFile(source, target, options);
        }

        if (Directory.Exists(source) && DiffusersFolder.IsDiffusers(source))
        {
            return IsOurs(source) ? OursToDiffusers(source, target, options) : Rewritten(source, target, options);
        }

        if (Directory.Exists(source) && File.Exists(Path.Combine(source, "config.json")))
        {
            return Rewritten(source, target, options);
        }

        using var file = TensorFile.Open(source, options.Part);
        return OfFamily(file, target, options);
    }

    private static string OfFamily(TensorFile file, string target, ConversionOptions options)
    {
        var family = WeightFamily.Guess(file.Keys);
        switch (family?.Id)
        {
            case "sd1" or "sd2":
                StableDiffusionFile.Write(file, family, target, options);
                return $"{family.Description}, as a diffusers folder";
            case "ldm_vae" or "ldm_vq":
                var codec = LdmCodec.Of(file, options.ImageSize ?? 512, 0.18215);
                FolderParts.WriteOne(target, codec.Config, WeightTranslation.Of(file, codec.Names, options.Type).Select(LdmCodec.Shaped), options.Replace);
                return $"{family.Description}, as a diffusers {codec.Config.Text("_class_name")}";
            case "ldm_unet":
                var unet = LdmUNet.Of(file, (options.ImageSize ?? 512) / 8);
                FolderParts.WriteOne(target, unet.Config, WeightTranslation.Of(file, unet.Names, options.Type), options.Replace);
                return $"{family.Description}, as a diffusers UNet2DConditionModel";
            case "dit":
                DiTFile.Write(Unwrapped(file), target, options);
                return $"{family.Description}, as a diffusers {(options.Autoencoder is null ? "DiTTransformer2DModel" : "DiTPipeline")}";
            case "clip_openai":
                ClipFile.Write(Unwrapped(file), target, options);
                return $"{family.Description}, as a Hugging Face CLIPModel";
            case "guided" or "edm" or "score_sde" or "ncsn":
                return Foreign(file, family, target, options);
            default:
                throw new CheckpointFormatException(
                    file.Path, family is null ? "its names are those of no family that is known" : $"it is of a family that is not converted: {family.Description}",
                    "Give a target that ends in .safetensors to change only its format.");
        }
    }

    // DataParallel and torch.compile put a word before every name.
    private static TensorFile Unwrapped(TensorFile file) =>
        Array.Find(WeightFamily.Wrappers, wrapper => file.Keys.All(key => key.StartsWith(wrapper, StringComparison.Ordinal))) is { } wrapper ? Unwrapped(file.Under(wrapper[..^1])) : file;

    private static string Foreign(TensorFile file, WeightFamily family, string target, ConversionOptions options)
    {
        var config = options.Config ?? throw new ArgumentException(
            $"config: weights of {family.Description} do not tell their settings. Give those of the program that trained them with --config FILE.json{(family.Id == "guided" ? ", or its flags with --flags \"--image_size 64 …\"" : "")}.");
        using var bundle = GivenSettings.Read(family.Description, () => ForeignModel.Read(family.Id, config)).Load(file);
        var named = bundle with { Provenance = bundle.Provenance with { Program = family.Description, Weights = file.Part } };
        AtomicFolder.Write(target, folder => DiffusersFolder.Write(folder, named, Typed(named, options), Disk.Real, null), options.Replace);
        return $"{family.Description}, as a run folder of {bundle.Model.Network.parameters().Sum(p => p.numel()):N0} parameters";
    }

    private static IEnumerable<TensorSource> Typed(ModelBundle bundle, ConversionOptions options) =>
        WeightLoading.Of(bundle.Model.Network).Select(weight => TensorSource.Of(weight.Name, weight.Tensor).In(options.Type));

    private static bool IsOurs(string source) => File.Exists(Path.Combine(source, BrownianFile.FileName));

    private static string OursToDiffusers(string source, string target, ConversionOptions options)
    {
        using var bundle = ModelBundle.Load(source, options.Raw);
        var network = (bundle.Model.Network as UNet2D)?.Config ?? throw new CheckpointFormatException(
            source, $"diffusers has no network like its {bundle.Model.Network.GetType().Name}", AsFile);
        var (config, missing) = network.InDiffusers();
        if (config is null)
        {
            throw new CheckpointFormatException(source, $"diffusers' UNet2DModel has no {missing}, which the network has", AsFile);
        }

        AtomicFolder.Write(target, folder => DiffusersFolder.Write(folder, bundle, Typed(bundle, options), Disk.Real, config), options.Replace);
        return $"our {bundle.Model.Path.GetType().Name} model, as a diffusers folder";
    }

    // The same folder, every set of weights as safetensors in the wanted type.
    private static string Rewritten(string source, string target, ConversionOptions options)
    {
        var written = 0;
        AtomicFolder.Write(
            target,
            folder =>
            {
                foreach (var path in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(IsCopied))
                {
                    var copy = Path.Combine(folder, Path.GetRelativePath(source, path));
                    Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                    File.Copy(path, copy);
                }

                foreach (var part in Directory.EnumerateDirectories(source).Prepend(source).Where(HasWeights))
                {
                    using var file = TensorFile.Open(TensorSearch.In(part));
                    var name = File.ReadAllText(Path.Combine(part, "config.json")).Contains("\"_class_name\"", StringComparison.Ordinal) ? DiffusersFolder.WeightsFile : "model.safetensors";
                    var into = Path.Combine(folder, Path.GetRelativePath(source, part));
                    SafetensorsWriter.Write(Path.Combine(into, name), WeightTranslation.Of(file, KeyMap.Identity, options.Type), file.Kind == CheckpointKind.Safetensors ? file.Metadata : null);
                    written++;
                }
            },
            options.Replace);
        return $"{written} networks as safetensors";
    }

    private static bool IsCopied(string path) => Copied.Contains(Path.GetExtension(path).ToLowerInvariant()) && !Path.GetFileName(path).Contains(".index.", StringComparison.Ordinal);

    private static bool HasWeights(string folder) => File.Exists(Path.Combine(folder, "config.json")) && TensorSearch.AllIn(folder, SearchOption.TopDirectoryOnly).Count > 0;

    private static string ToFile(string source, string target, ConversionOptions options)
    {
        if (File.Exists(target) && !options.Replace)
        {
            throw new IOException($"{target} exists already. Choose another name, or allow it to be replaced.");
        }

        using var file = TensorFile.Open(source, options.Part);
        SafetensorsWriter.Write(target, WeightTranslation.Of(file, KeyMap.Identity, options.Type), file.Kind == CheckpointKind.Safetensors ? file.Metadata : null);
        return $"{file.Keys.Count} tensors as safetensors";
    }
}
