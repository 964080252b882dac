using Brownian.Checkpoints;
using Brownian.Data;
using Brownian.Networks.Clip;
using Brownian.Testing;
using Brownian.Tests.Checkpoints;
using Brownian.Tests.Verification;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Networks;

public sealed class ClipTests : LeakCheck
{
    private static readonly ClipTextConfig Small = new()
    {
        VocabSize = 20,
        HiddenSize = 8,
        IntermediateSize = 12,
        ProjectionDim = 5,
        NumHiddenLayers = 3,
        NumAttentionHeads = 2,
        MaxPositionEmbeddings = 7,
        EosTokenId = 19,
    };

    private static readonly ClipVisionConfig SmallVision = new()
    {
        HiddenSize = 8,
        IntermediateSize = 12,
        ProjectionDim = 5,
        NumHiddenLayers = 2,
        NumAttentionHeads = 2,
        ImageSize = 8,
        PatchSize = 4,
    };

    [Theory]
    [InlineData("clip_text_projection")]
    [InlineData("clip_vision_projection")]
    public void Clip_computes_the_numbers_of_the_reference(string name)
    {
        GoldenCase.Passes(name);
    }

    [Fact]
    public void A_token_does_not_see_those_after_it()
    {
        using var scope = NewDisposeScope();
        using var clip = new ClipText(Small);
        using var frozen = no_grad();
        var one = clip.call(Tokens(1, 2, 3, 4, 5)).LastState;
        var other = clip.call(Tokens(1, 2, 3, 9, 8)).LastState;
        Close(one.narrow(1, 0, 3), other.narrow(1, 0, 3), 1e-6);
        Assert.True((one - other).abs().narrow(1, 3, 2).min(2).values.max().item<float>() > 0);
    }

    [Fact]
    public void What_stands_after_the_end_changes_no_embedding()
    {
        using var scope = NewDisposeScope();
        using var clip = new ClipText(Small);
        using var frozen = no_grad();
        Close(clip.call(Tokens(1, 2, 19, 19, 19)).Embedding!, clip.call(Tokens(1, 2, 19, 0, 0)).Embedding!, 1e-6);
    }

    [Fact]
    public void Early_files_name_no_end_and_mean_the_largest_number()
    {
        using var scope = NewDisposeScope();
        using var clip = new ClipText(Small);
        using var early = new ClipText(Small with { EosTokenId = 2 });
        using var frozen = no_grad();
        early.load_state_dict(clip.state_dict());
        Close(clip.call(Tokens(1, 2, 19, 0, 0)).Embedding!, early.call(Tokens(1, 2, 19, 0, 0)).Embedding!, 0);
    }

    [Fact]
    public void A_skip_of_the_end_is_the_norm_of_an_earlier_state()
    {
        using var scope = NewDisposeScope();
        using var clip = new ClipText(Small);
        using var frozen = no_grad();
        var tokens = Tokens(1, 2, 3, 19);
        var output = clip.call(tokens);
        Assert.Equal(4, output.States.Count);
        Close(output.LastState, clip.Encode(tokens), 0);
        Close(nn.functional.layer_norm(output.States[^2], [8], clip.get_parameter("text_model.final_layer_norm.weight")), clip.Encode(tokens, skip: 1), 1e-6);
        Assert.Contains("expected 0 to 3", Assert.Throws<ArgumentException>(() => clip.Encode(tokens, 4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Hidden_padding_is_as_if_it_were_not_there()
    {
        using var scope = NewDisposeScope();
        using var clip = new ClipText(Small);
        using var frozen = no_grad();
        var mask = tensor(new long[] { 1, 1, 1, 0, 0 }).unsqueeze(0);
        var hidden = clip.Read(Tokens(1, 2, 19, 5, 6), mask).LastState.narrow(1, 0, 3);
        Close(clip.Read(Tokens(1, 2, 19)).LastState, hidden, 1e-5);
    }

    [Fact]
    public void OpenAis_names_and_Hugging_Faces_are_the_same_weights()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var clip = new ClipText(Small, 1);
        using var vision = new ClipVision(SmallVision, 2);
        using var frozen = no_grad();
        using (var inner = NewDisposeScope())
        {
            var all = OpenAi(clip.state_dict(), "text_model", "").Concat(OpenAi(vision.state_dict(), "vision_model", "visual.")).Append(("logit_scale", ones(1)));
            using var stream = File.Create(folder["clip.safetensors"]);
            SafetensorsWriter.Write(stream, all, new Dictionary<string, string>());
        }

        using var text = new ClipText(Small, 3);
        using var images = new ClipVision(SmallVision, 4);
        using var file = SafetensorsFile.Open(folder["clip.safetensors"]);
        WeightLoading.Load(text, file, ClipKeys.Text);
        WeightLoading.Load(images, file, ClipKeys.Vision);
        Close(clip.call(Tokens(1, 2, 19)).Embedding!, text.call(Tokens(1, 2, 19)).Embedding!, 0);
        using var noise = new SeededNoise(0);
        var pixels = noise.NormalLike(zeros(2, 3, 8, 8));
        Close(vision.call(pixels).Embedding!, images.call(pixels).Embedding!, 0);
    }

    [Fact]
    public void Both_halves_of_a_whole_configuration_are_read()
    {
        using var scope = NewDisposeScope();
        const string Json = """
            {"projection_dim": 768, "text_config": {"hidden_size": 768, "num_attention_heads": 12, "projection_dim": 512},
             "vision_config": {"hidden_size": 1024, "num_attention_heads": 16, "patch_size": 14}}
            """;
        Assert.Equal((768, 768), (ClipTextConfig.FromJson(Json).HiddenSize, ClipTextConfig.FromJson(Json).ProjectionDim));
        Assert.Equal((1024, 14), (ClipVisionConfig.FromJson(Json).HiddenSize, ClipVisionConfig.FromJson(Json).PatchSize));
    }

    [Fact]
    public void An_encoder_without_a_projection_has_no_embedding()
    {
        using var scope = NewDisposeScope();
        using var clip = new ClipText(Small with { Architectures = ["CLIPTextModel"] });
        using var frozen = no_grad();
        Assert.Null(clip.call(Tokens(1, 19)).Embedding);
        Assert.DoesNotContain("text_projection.weight", clip.state_dict().Keys);
    }

    [Fact]
    public void What_cannot_be_is_said()
    {
        using var scope = NewDisposeScope();
        using var clip = new ClipText(Small);
        Says("expected [N, L] with L of at most 7; got [1, 8]", () => clip.Read(zeros(1, 8, dtype: ScalarType.Int64)));
        Says("expected numbers from 0 to 19; got 20", () => clip.Read(Tokens(20)));
        Says("expected a hidden_size that num_attention_heads divides; got 8 and 3", () => new ClipText(Small with { NumAttentionHeads = 3 }));
        using var vision = new ClipVision(SmallVision);
        Says("expected [N, 3, 8, 8]; got [1, 3, 9, 8]", () => vision.call(zeros(1, 3, 9, 8)));
    }

    [Fact]
    public void Pixels_are_brought_to_the_size_and_cut_in_the_middle()
    {
        using var scope = NewDisposeScope();
        var picture = new Picture(3, 10, 20);
        for (var x = 0; x < 20; x++)
        {
            for (var y = 0; y < 10; y++)
            {
                picture.Plane(0)[y * 20 + x] = (byte)(x * 10);
            }
        }

        var plain = new ClipPixels { Resizes = false, Crop = (10, 10), Mean = [], Rescale = null };
        Assert.Equal([50f, 60f, 70f], plain.ToTensor([picture])[0, 0, 0].data<float>().ToArray()[..3]);
        Assert.Equal([1, 3, 10, 20], (plain with { Crop = null }).ToTensor([picture]).shape);
        Assert.Equal([1, 3, 5, 5], (plain with { Resizes = true, ShortestEdge = 5, Crop = (5, 5) }).ToTensor([picture]).shape);
        Assert.Equal([1, 3, 4, 6], (plain with { Resizes = true, ShortestEdge = null, Size = (4, 6), Crop = null }).ToTensor([picture]).shape);

        // A smaller picture has black borders: 13 rows for 10, of which two are above.
        var padded = (plain with { Crop = (13, 20) }).ToTensor([picture]);
        Assert.Equal([0f, 0f, 10f], new[] { padded[0, 0, 1, 1].item<float>(), padded[0, 0, 12, 1].item<float>(), padded[0, 0, 2, 1].item<float>() });
    }

    [Fact]
    public void The_settings_of_a_preprocessor_are_read_in_their_old_and_new_forms()
    {
        using var scope = NewDisposeScope();
        var old = ClipPixels.FromJson("""{"size": 224, "crop_size": 200, "do_normalize": true, "image_mean": [0, 0, 0], "resample": 2}""");
        Assert.Equal((224, (200, 200), ResizeFilter.Bilinear), (old.ShortestEdge, old.Crop!.Value, old.Filter));
        var now = ClipPixels.FromJson("""{"size": {"height": 5, "width": 6}, "crop_size": {"height": 3, "width": 4}, "do_rescale": false}""");
        Assert.Equal(((5, 6), (3, 4)), (now.Size!.Value, now.Crop!.Value));
        Assert.Null(now.Rescale);
        Assert.Throws<System.Text.Json.JsonException>(() => ClipPixels.FromJson("""{"resample": 9}"""));
    }

    private static IEnumerable<(string, Tensor)> OpenAi(Dictionary<string, Tensor> weights, string ours, string theirs)
    {
        foreach (var (name, tensor) in weights)
        {
            var renamed = name.Replace($"{ours}.encoder.layers", $"{theirs}transformer.resblocks", StringComparison.Ordinal)
                .Replace("layer_norm1", "ln_1", StringComparison.Ordinal).Replace("layer_norm2", "ln_2", StringComparison.Ordinal)
                .Replace("mlp.fc1", "mlp.c_fc", StringComparison.Ordinal).Replace("mlp.fc2", "mlp.c_proj", StringComparison.Ordinal)
                .Replace("self_attn.out_proj", "attn.out_proj", StringComparison.Ordinal);
            renamed = renamed switch
            {
                "text_model.embeddings.token_embedding.weight" => "token_embedding.weight",
                "text_model.embeddings.position_embedding.weight" => "positional_embedding",
                "text_projection.weight" => "text_projection",
                "visual_projection.weight" => "visual.proj",
                "vision_model.embeddings.class_embedding" => "visual.class_embedding",
                "vision_model.embeddings.position_embedding.weight" => "visual.positional_embedding",
                "vision_model.embeddings.patch_embedding.weight" => "visual.conv1.weight",
                _ => renamed.Replace("text_model.final_layer_norm", "ln_final", StringComparison.Ordinal)
                    .Replace("vision_model.pre_layrnorm", "visual.ln_pre", StringComparison.Ordinal)
                    .Replace("vision_model.post_layernorm", "visual.ln_post", StringComparison.Ordinal),
            };
            if (renamed.Contains("k_proj", StringComparison.Ordinal) || renamed.Contains("v_proj", StringComparison.Ordinal))
            {
                continue;
            }

            if (renamed.Contains("q_proj", StringComparison.Ordinal))
            {
                Tensor[] parts = [tensor, weights[name.Replace("q_proj", "k_proj", StringComparison.Ordinal)], weights[name.Replace("q_proj", "v_proj", StringComparison.Ordinal)]];
                yield return (renamed.Replace("self_attn.q_proj.", "attn.in_proj_", StringComparison.Ordinal), cat(parts, 0));
            }
            else
            {
                yield return (renamed, renamed is "text_projection" or "visual.proj" ? tensor.t().contiguous() : tensor);
            }
        }
    }

    private static Tensor Tokens(params long[] tokens) => tensor(tokens).unsqueeze(0);

    private static void Says(string expected, Func<object> action) =>
        Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    private static void Close(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        var difference = (expected - actual).abs().max().item<float>();
        Assert.True(difference <= tolerance, $"differs by {difference}");
    }
}
