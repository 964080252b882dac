using Brownian.Checkpoints;
using Brownian.Testing;

namespace Brownian.Tests.Checkpoints;

public sealed class WeightFamilyTests
{
    [Theory]
    [InlineData("unet2d_classcond/unet/diffusion_pytorch_model.safetensors", "unet2d")]
    [InlineData("unet2d_ddpm_oldnames/unet/diffusion_pytorch_model.safetensors", "unet2d")]
    [InlineData("iddpm_unet/model.safetensors", "guided")]
    [InlineData("adm_classifier_guidance/classifier.safetensors", "guided_classifier")]
    [InlineData("edm_veprecond_ncsnpp/model.safetensors", "edm")]
    [InlineData("scoresde_subvp_ddpmpp/model.safetensors", "score_sde")]
    [InlineData("ncsn_v1_refinenet/model.safetensors", "ncsn")]
    public void Names_tell_the_family(string path, string family)
    {
        using var file = TensorFile.Open(GoldenData.At(path));
        Assert.Equal(family, WeightFamily.Guess(file.Keys)?.Id);
    }

    [Theory]
    [InlineData("sd1", "model.diffusion_model.input_blocks.0.0.weight", "first_stage_model.encoder.conv_in.weight", "cond_stage_model.transformer.text_model.final_layer_norm.bias")]
    [InlineData("sd2", "model.diffusion_model.input_blocks.0.0.weight", "first_stage_model.encoder.conv_in.weight", "cond_stage_model.model.ln_final.bias")]
    [InlineData("sdxl", "model.diffusion_model.out.2.weight", "conditioner.embedders.0.transformer.x", "first_stage_model.x")]
    [InlineData("clip_text", "text_model.encoder.layers.0.mlp.fc1.weight", "text_model.final_layer_norm.bias")]
    [InlineData("clip_openai", "visual.conv1.weight", "token_embedding.weight", "transformer.resblocks.3.ln_1.weight")]
    [InlineData("dit", "x_embedder.proj.weight", "blocks.7.adaLN_modulation.1.weight")]
    [InlineData("prior", "prd_embedding", "transformer_blocks.0.norm1.weight")]
    [InlineData(null, "fc.weight", "fc.bias")]
    public void Names_of_large_models_tell_theirs(string? family, params string[] names)
    {
        Assert.Equal(family, WeightFamily.Guess(names)?.Id);
        Assert.Equal(family, WeightFamily.Guess(names.Select(name => "module." + name))?.Id);
    }
}
