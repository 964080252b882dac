using System.Globalization;
using System.Text.Json.Nodes;

namespace Brownian.Checkpoints;

/// <summary>Original single files of Stable Diffusion 1.x and 2.x, as CompVis, Runway and Stability released them, as diffusers folders.</summary>
internal static class StableDiffusionFile
{
    private const string UNet = "model.diffusion_model", Codec = "first_stage_model", Average = "model_ema";

    // The step at which training of Stable Diffusion 2.0 base ended, whose UNet outputs ε; the others of 2.x output v.
    private const string BaseStep = "875000";

    /// <summary>Writes the folder of a file, whole or not at all.</summary>
    /// <exception cref="CheckpointFormatException">It is no such file.</exception>
    public static void Write(TensorFile file, WeightFamily family, string target, ConversionOptions options)
    {
        var second = family.Id == "sd2";
        var inputs = file.Info(UNet + ".input_blocks.0.0.weight").Shape[1];
        var pipeline = Pipeline(file, inputs);
        var upscales = pipeline == "StableDiffusionUpscalePipeline";
        var usual = upscales || (second && inputs == 4 && file.Metadata.GetValueOrDefault("global_step") != BaseStep) ? "v_prediction" : "epsilon";
        var predictsV = (options.Prediction ?? usual) == "v_prediction";
        var size = options.ImageSize ?? (second && predictsV ? 768 : 512);

        // The three networks are views of one file, which its owner closes.
        var unet = file.Under(UNet);
        var (shape, codec) = (LdmUNet.Of(unet, upscales ? 128 : size / 8), LdmCodec.Of(file.Under(Codec), upscales ? 256 : size, upscales ? 0.08333 : 0.18215));
        var text = LdmText.Of(file);
        AtomicFolder.Write(
            target,
            folder =>
            {
                FolderParts.Part(folder, "unet", shape.Config, DiffusersFolder.WeightsFile, WeightTranslation.Of(unet, shape.Names, options.Type, options.Raw ? null : AverageOf(file)));
                FolderParts.Part(folder, "vae", codec.Config, DiffusersFolder.WeightsFile, WeightTranslation.Of(file.Under(Codec), codec.Names, options.Type).Select(LdmCodec.Shaped));
                FolderParts.Part(folder, "text_encoder", text.Config, "model.safetensors", WeightTranslation.Of(text.Tensors, text.Names, options.Type));
                FolderParts.Json(folder, "scheduler/scheduler_config.json", Scheduler(second, predictsV, Betas(file) ?? (upscales ? (0.0001, 0.02) : (0.00085, 0.012))));
                if (upscales)
                {
                    FolderParts.Json(folder, "low_res_scheduler/scheduler_config.json", LowResolution());
                }

                TokenizerFiles.Copy(options.Tokenizer, Path.Combine(folder, "tokenizer"));
                FolderParts.Json(folder, DiffusersFolder.Index, Index(pipeline, second, options.Tokenizer is not null));
            },
            options.Replace);
    }

    private static string Pipeline(TensorFile file, long inputs) => inputs switch
    {
        4 when file.Keys.Any(key => key.StartsWith(UNet + ".label_emb.", StringComparison.Ordinal)) => throw new CheckpointFormatException(
            file.Path, "its UNet is told a picture's embedding (Stable unCLIP), which is not converted", "Convert it with diffusers.", UNet + ".label_emb"),
        4 => "StableDiffusionPipeline",
        9 => "StableDiffusionInpaintPipeline",
        7 when file.Contains(UNet + ".label_emb.weight") => "StableDiffusionUpscalePipeline",
        _ => throw new CheckpointFormatException(
            file.Path, $"its UNet takes {inputs} channels; converted are 4 (text to image), 9 (inpainting) and 7 with a noise level (upscaling)", "Convert it with diffusers.",
            UNet + ".input_blocks.0.0.weight"),
    };

    // Averages have the names of the weights without dots; files for use have only one of both.
    private static Func<string, (TensorFile File, string Key)?> AverageOf(TensorFile file) => key =>
        AverageName(key) is var name && file.Contains(name) ? (file, name) : null;

    private static string AverageName(string key) => $"{Average}.diffusion_model{key.Replace(".", "", StringComparison.Ordinal)}";

    // Whole checkpoints have the levels of their training in them, whose square roots are evenly spaced.
    private static (double First, double Last)? Betas(TensorFile file)
    {
        if (!file.Contains("betas") || file.Info("betas").Shape is not [> 1] || file.Info("betas").Type.ScalarType is null)
        {
            return null;
        }

        using var betas = file.Read("betas", TorchSharp.torch.ScalarType.Float32);
        var numbers = betas.data<float>();

        // As the shortest decimals that are these numbers: 0.00085 rather than 0.000849999…
        return (Decimal(numbers[0]), Decimal(numbers[numbers.Count - 1]));

        static double Decimal(float number) => double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private static JsonObject Scheduler(bool second, bool predictsV, (double First, double Last) betas) => new()
    {
        ["_class_name"] = second ? "DDIMScheduler" : "PNDMScheduler",
        ["_diffusers_version"] = "0.25.1",
        ["beta_end"] = betas.Last,
        ["beta_schedule"] = "scaled_linear",
        ["beta_start"] = betas.First,
        ["clip_sample"] = false,
        ["num_train_timesteps"] = 1000,
        ["prediction_type"] = predictsV ? "v_prediction" : "epsilon",
        ["set_alpha_to_one"] = false,
        ["skip_prk_steps"] = true,
        ["steps_offset"] = 1,
        ["timestep_spacing"] = "leading",
        ["trained_betas"] = null,
    };

    // The noise that is added to the small picture (cosine-like levels of the released upscaler).
    private static JsonObject LowResolution() => new()
    {
        ["_class_name"] = "DDPMScheduler",
        ["_diffusers_version"] = "0.25.1",
        ["beta_end"] = 0.02,
        ["beta_schedule"] = "scaled_linear",
        ["beta_start"] = 0.0001,
        ["clip_sample"] = true,
        ["num_train_timesteps"] = 1000,
        ["prediction_type"] = "epsilon",
        ["variance_type"] = "fixed_small",
    };

    private static JsonObject Index(string pipeline, bool second, bool hasTokenizer)
    {
        var index = new JsonObject
        {
            ["_class_name"] = pipeline,
            ["_diffusers_version"] = "0.25.1",
            ["feature_extractor"] = new JsonArray(null, null),
            ["safety_checker"] = new JsonArray(null, null),
            ["scheduler"] = new JsonArray("diffusers", second ? "DDIMScheduler" : "PNDMScheduler"),
            ["text_encoder"] = new JsonArray("transformers", "CLIPTextModel"),
            ["tokenizer"] = hasTokenizer ? new JsonArray("transformers", "CLIPTokenizer") : new JsonArray(null, null),
            ["unet"] = new JsonArray("diffusers", "UNet2DConditionModel"),
            ["vae"] = new JsonArray("diffusers", "AutoencoderKL"),
        };
        if (pipeline == "StableDiffusionUpscalePipeline")
        {
            index["low_res_scheduler"] = new JsonArray("diffusers", "DDPMScheduler");
            index["max_noise_level"] = 350;
        }

        return index;
    }
}
