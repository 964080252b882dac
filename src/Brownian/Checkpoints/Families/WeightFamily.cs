using System.Text.RegularExpressions;

namespace Brownian.Checkpoints;

/// <summary>What kind of network weights belong to, as their names tell.</summary>
/// <param name="Id">A short name, such as "sd1".</param>
/// <param name="Description">For people.</param>
public sealed partial record WeightFamily(string Id, string Description)
{
    /// <summary>The names that every file of a family has, with # for a number and * for any rest. The first family that fits counts.</summary>
    private static readonly (WeightFamily Family, string[] Signs)[] All =
    [
        (new("sdxl", "Stable Diffusion XL, original single file"), ["conditioner.embedders.*", "model.diffusion_model.*"]),
        (new("sd2", "Stable Diffusion 2.x, original single file"), ["cond_stage_model.model.*", "model.diffusion_model.*", "first_stage_model.*"]),
        (new("sd1", "Stable Diffusion 1.x, original single file"), ["cond_stage_model.transformer.*", "model.diffusion_model.*", "first_stage_model.*"]),
        (new("ldm", "latent diffusion, original single file"), ["model.diffusion_model.*", "first_stage_model.*"]),
        (new("unet2d_condition", "UNet2DConditionModel (diffusers)"), ["conv_in.weight", "down_blocks.#.attentions.#.transformer_blocks.#.*", "up_blocks.#.*"]),
        (new("unet2d_condition", "UNet2DConditionModel (diffusers)"), ["conv_in.weight", "down_blocks.#.attentions.#.add_k_proj.weight", "up_blocks.#.*"]),
        (new("vq", "VQModel (diffusers)"), ["encoder.down_blocks.#.*", "decoder.up_blocks.#.*", "quantize.embedding.weight"]),
        (new("vae", "AutoencoderKL (diffusers)"), ["encoder.down_blocks.#.*", "decoder.up_blocks.#.*", "decoder.conv_in.weight"]),
        (new("unet2d", "UNet2DModel (diffusers)"), ["conv_in.weight", "down_blocks.#.resnets.#.*", "up_blocks.#.resnets.#.*"]),
        (new("ldm_vq", "VQModel, CompVis names"), ["encoder.down.#.block.#.*", "decoder.up.#.*", "quantize.embedding.weight"]),
        (new("ldm_vae", "AutoencoderKL, CompVis names"), ["encoder.down.#.block.#.*", "decoder.up.#.*", "quant_conv.weight"]),
        (new("ldm_unet", "UNet of Stable Diffusion, CompVis names"), ["input_blocks.#.#.transformer_blocks.#.*", "output_blocks.#.*", "time_embed.#.weight"]),
        (new("guided", "UNetModel (guided-diffusion, improved-diffusion)"), ["input_blocks.#.#.weight", "output_blocks.#.*", "time_embed.#.weight"]),
        (new("guided_classifier", "EncoderUNetModel (guided-diffusion)"), ["input_blocks.#.#.weight", "middle_block.#.*", "time_embed.#.weight"]),
        (new("edm", "EDM (NVlabs/edm)"), ["model.map_layer#.weight", "model.enc.*"]),
        (new("edm", "EDM (NVlabs/edm), without its preconditioning"), ["map_layer#.weight", "enc.*"]),
        (new("score_sde", "NCSN++, DDPM++ or DDPM (score_sde_pytorch)"), ["all_modules.#.*"]),
        (new("ncsn", "NCSN or NCSNv2 (RefineNet)"), ["begin_conv.weight", "refine#.*"]),
        (new("dit", "DiT (facebookresearch)"), ["x_embedder.proj.weight", "blocks.#.adaLN_modulation.#.weight"]),
        (new("dit_diffusers", "DiTTransformer2DModel (diffusers)"), ["pos_embed.proj.weight", "transformer_blocks.#.norm#.*"]),
        (new("prior", "PriorTransformer (unCLIP)"), ["prd_embedding", "transformer_blocks.#.*"]),
        (new("unclip_text", "UnCLIPTextProjModel"), ["learned_classifier_free_guidance_embeddings", "embedding_proj.weight"]),
        (new("clip_openai", "CLIP, text and vision (OpenAI names)"), ["visual.*", "token_embedding.weight", "transformer.resblocks.#.*"]),
        (new("clip", "CLIP, text and vision (Hugging Face names)"), ["text_model.*", "vision_model.*"]),
        (new("clip_text", "CLIP text encoder (Hugging Face names)"), ["text_model.encoder.layers.#.*"]),
        (new("clip_vision", "CLIP image encoder (Hugging Face names)"), ["vision_model.encoder.layers.#.*"]),
        (new("ddpm_torch", "DDPM's UNet (pytorch_diffusion names)"), ["down.#.block.#.*", "temb.dense.#.weight"]),
        (new("lucidrains", "Unet (denoising-diffusion-pytorch)"), ["downs.#.#.*", "ups.#.#.*"]),
        (new("inception", "Inception v3 (FID)"), ["Mixed_#b.*", "Mixed_#c.*"]),
    ];

    // What wrappers put before the names.
    internal static readonly string[] Wrappers = ["module.", "_orig_mod.", "ema_model.", "_forward_module."];

    /// <summary>The family of weights with these names; null when it is none that is known.</summary>
    public static WeightFamily? Guess(IEnumerable<string> names)
    {
        var plain = names.Select(name => Digits().Replace(Unwrapped(name), "#")).ToHashSet(StringComparer.Ordinal);
        return All.FirstOrDefault(row => row.Signs.All(sign => Has(plain, sign))).Family;
    }

    private static bool Has(HashSet<string> names, string sign) => sign.EndsWith('*')
        ? names.Any(name => name.StartsWith(sign[..^1], StringComparison.Ordinal))
        : names.Contains(sign);

    private static string Unwrapped(string name)
    {
        while (Array.Find(Wrappers, wrapper => name.StartsWith(wrapper, StringComparison.Ordinal)) is { } wrapper)
        {
            name = name[wrapper.Length..];
        }

        return name;
    }

    [GeneratedRegex("[0-9]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Digits();
}
