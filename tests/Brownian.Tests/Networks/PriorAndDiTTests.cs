using Brownian.Checkpoints;
using Brownian.Networks;
using Brownian.Networks.DiT;
using Brownian.Networks.UnClip;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Networks;

public sealed class PriorAndDiTTests : LeakCheck
{
    private static readonly PriorTransformerConfig Prior = new()
    {
        NumAttentionHeads = 2,
        AttentionHeadDim = 4,
        NumLayers = 2,
        EmbeddingDim = 6,
        NumEmbeddings = 5,
    };

    private static readonly OriginalDiTConfig Original = new() { InputSize = 8, HiddenSize = 16, Depth = 2, NumHeads = 2, NumClasses = 3, InChannels = 2 };

    [Fact]
    public void A_prior_does_not_see_masked_tokens()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var prior = Drawn(Prior.Create());
        var (x, condition) = (Draw(1, 2, 6), Conditioned());
        var masked = condition with { TokenMask = tensor(new long[,] { { 1, 1, 1, 0, 0 }, { 1, 1, 1, 1, 0 } }) };
        var output = prior.call(x, ones(2), masked);
        var others = cat([masked.Tokens!.narrow(1, 0, 4), Draw(9, 2, 1, 6)], 1);
        Assert.Equal([2, 6], output.shape);
        Assert.Equal(0, (output - prior.call(x, ones(2), masked with { Tokens = others })).abs().max().item<float>());
        Assert.True((output - prior.call(x, ones(2), condition)).abs().max().item<float>() > 1e-5);
    }

    [Fact]
    public void A_prior_for_several_embeddings_answers_each_in_its_place()
    {
        // Shap-E's: no token of its own for the answer, positions for the noisy embeddings only, no text tokens.
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var config = Prior with
        {
            AddedEmbType = null,
            EncoderHidProjType = null,
            NormInType = "layer",
            EmbeddingProjNormType = "layer",
            NumEmbeddings = 3,
            AdditionalEmbeddings = 0,
            EmbeddingProjDim = 7,
            TimeEmbedDim = 12,
            ClipEmbedDim = 9,
        };
        using var prior = Drawn(config.Create());
        var output = prior.call(Draw(1, 2, 3, 6), ones(2), new() { Embedding = Draw(2, 2, 7) });
        Assert.Equal([2, 3, 9], output.shape);
        var again = Assert.IsType<PriorTransformerConfig>(NetworkConfig.Read(config.ToJson()));
        Assert.Equal(config.ToJson(), again.ToJson());
    }

    [Fact]
    public void A_prior_says_what_it_lacks()
    {
        using var scope = NewDisposeScope();
        using var prior = Prior.Create();
        string Message(Condition? condition) => Assert.Throws<ArgumentException>(() => prior.call(Draw(1, 2, 6), ones(2), condition)).Message;
        Assert.Contains("Condition.Embedding", Message(null), StringComparison.Ordinal);
        Assert.Contains("Condition.Tokens", Message(new() { Embedding = Draw(2, 2, 6) }), StringComparison.Ordinal);
        Assert.Contains("expected 5 tokens", Message(Conditioned() with { Tokens = Draw(1, 2, 4, 6) }), StringComparison.Ordinal);
        Assert.Contains("added_emb_type", Assert.Throws<ArgumentException>(() => (Prior with { AddedEmbType = "x" }).Create()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_weight_of_a_DiT_has_a_name_in_the_original_checkpoints()
    {
        using var network = Original.Create();
        var known = DiTKeys.Original.Rules.Select(rule => rule.To.Split('.')).ToArray();
        Assert.All(network.named_parameters(), p => Assert.Contains(known, rule => Matches(rule, p.name.Split('.')[..^1])));

        static bool Matches(string[] rule, string[] name) => rule.Length == name.Length && rule.Zip(name).All(pair => pair.First == "*" || pair.First == pair.Second);
    }

    [Fact]
    public void Untrained_DiTs_answer_zero_and_their_blocks_are_the_identity()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = Original.Create();
        var tokens = new List<Tensor>();
        network.Trace = (name, value) => tokens.AddRange(
            name.StartsWith("transformer_blocks", StringComparison.Ordinal) ? [value.clone().DetachFromDisposeScope()] : []);
        var output = network.call(Draw(1, 2, 2, 8, 8), ones(2), new() { Labels = tensor(new long[] { 0, 3 }) });
        Assert.Equal([2, 4, 8, 8], output.shape);
        Assert.Equal(0, output.abs().max().item<float>());
        Assert.Equal(0, (tokens[0] - tokens[1]).abs().max().item<float>());
        tokens.ForEach(value => value.Dispose());
    }

    [Fact]
    public void A_DiT_of_diffusers_with_one_embedding_copied_into_each_block_is_one_that_shares_it()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var config = Original.ToDiT();
        using var sharing = Drawn(config.Create());
        using var copying = (config with { SharedEmbedding = false }).Create();
        copying.eval();
        var shared = sharing.state_dict();
        foreach (var (name, weight) in copying.state_dict())
        {
            var at = name.IndexOf("emb.", StringComparison.Ordinal);
            weight.copy_(shared[name.Contains("norm1.emb.", StringComparison.Ordinal) ? name[at..] : name]);
        }

        var (x, condition) = (Draw(1, 2, 2, 8, 8), new Condition { Labels = tensor(new long[] { 1, 2 }) });
        Assert.True((sharing.call(x, ones(2), condition) - copying.call(x, ones(2), condition)).abs().max().item<float>() < 1e-5);
    }

    [Fact]
    public void A_large_image_sees_the_positions_of_a_small_one_between_which_it_has_more()
    {
        using var scope = NewDisposeScope();
        var small = PatchPositions.Table(4, 4, 8, side: 4, scale: 1).reshape(4, 4, 8);
        var large = PatchPositions.Table(8, 8, 8, side: 4, scale: 1).reshape(8, 8, 8);
        var even = large[TensorIndex.Slice(step: 2), TensorIndex.Slice(step: 2)];
        Assert.True((small - even).abs().max().item<float>() < 1e-6);

        // Columns first: they do not change along a column.
        Assert.Equal(0, (small[0, 2, ..4] - small[3, 2, ..4]).abs().max().item<float>());
        Assert.Equal(0, (small[2, 0, 4..] - small[2, 3, 4..]).abs().max().item<float>());
    }

    [Fact]
    public void A_DiT_takes_oblong_images_and_says_which_it_does_not_take()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = Drawn(Original.Create());
        var condition = new Condition { Labels = tensor(new long[] { 1, 2 }) };
        Assert.Equal([2, 4, 6, 10], network.call(Draw(1, 2, 2, 6, 10), ones(2), condition).shape);
        Assert.Contains("patches of 2", Assert.Throws<ArgumentException>(() => network.call(zeros(2, 2, 7, 8), ones(2), condition)).Message, StringComparison.Ordinal);
        Assert.Contains("[0, 4)", Assert.Throws<ArgumentException>(
            () => network.call(zeros(2, 2, 8, 8), ones(2), new() { Labels = tensor(new long[] { 1, 4 }) })).Message, StringComparison.Ordinal);
        Assert.Contains("num_heads", Assert.Throws<ArgumentException>(() => (Original with { NumHeads = 3 }).Create()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Slicing_and_joining_keep_every_part_of_a_condition()
    {
        using var scope = NewDisposeScope();
        var parts = typeof(Condition).GetProperties().Where(p => p.PropertyType == typeof(Tensor)).ToArray();
        foreach (var part in parts)
        {
            var condition = new Condition();
            part.SetValue(condition, arange(4));
            var joined = Condition.Join(condition.Slice(1, 2), condition.To(CPU));
            Assert.Equal([1L, 2, 0, 1, 2, 3], ((Tensor)part.GetValue(joined)!).data<long>().ToArray());
            Assert.Single(parts, p => p.GetValue(joined) is not null);
            Assert.Contains(part.Name, Assert.Throws<ArgumentException>(() => Condition.Join(condition, new())).Message, StringComparison.Ordinal);
        }
    }

    private static Condition Conditioned() => new() { Embedding = Draw(2, 2, 6), Tokens = Draw(3, 2, 5, 6) };

    private static Tensor Draw(ulong seed, params long[] shape)
    {
        using var noise = new RandomStream(seed);
        return noise.NormalLike(zeros(shape));
    }

    private static TNetwork Drawn<TNetwork>(TNetwork network)
        where TNetwork : Network
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var noise = new RandomStream(11);
        foreach (var (_, parameter) in network.named_parameters())
        {
            var drawn = noise.NormalLike(parameter);
            parameter.copy_(parameter.dim() < 2 ? 1 + 0.2 * drawn : drawn * Math.Sqrt((double)parameter.size(0) / parameter.numel()));
        }

        network.eval();
        return network;
    }
}
