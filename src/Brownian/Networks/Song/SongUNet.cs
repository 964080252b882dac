using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Song;

/// <summary>
/// The UNet of score SDE and EDM: NCSN++ and DDPM++ (Song et al. 2021, app. H) with all their options, and ADM (Dhariwal and Nichol 2021) as
/// EDM has it (Karras et al. 2022, app. F). It is a list of parts that run in order.
/// </summary>
public sealed class SongUNet : BlockNetwork, IConfiguredNetwork
{
    private readonly PartFactory factory;
    private readonly SongEmbedding embedding;
    private readonly (SongPart Part, nn.Module? Module)[] parts;

    /// <summary>A network with random weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">Of the weights.</param>
    /// <exception cref="ArgumentException">The configuration contradicts itself, or names what does not exist.</exception>
    public SongUNet(SongUNetConfig config, ulong seed = 0)
        : base(nameof(SongUNet))
    {
        Config = config;
        factory = new(config, Compute);
        parts = [.. SongLayout.Of(config).Select(part => (part, factory.Create(part)))];
        embedding = new(config, Compute);
        foreach (var (name, module) in embedding.Modules)
        {
            register_module(name, module);
        }

        foreach (var (part, module) in parts)
        {
            if (module is not null)
            {
                register_module(part.Name, module);
            }
        }

        Start(seed);
    }

    /// <summary>The shape.</summary>
    public SongUNetConfig Config { get; }

    /// <inheritdoc/>
    NetworkConfig IConfiguredNetwork.Config => Config;

    /// <summary>Draws all weights anew, as <see cref="SongUNetConfig.Initialization"/> says.</summary>
    public override void Initialize(ulong seed)
    {
        // Score SDE starts the shortcuts of DDPM's blocks at a tenth, as it does attention's projections (Ho et al. 2020's own code at 1).
        var small = Config.ResblockType == "ddpm" ? modules().OfType<ResBlock>().Select(block => block.Shortcut).ToHashSet() : [];
        foreach (var (i, layer) in modules().OfType<IInitialized>().Index())
        {
            using var noise = new RandomStream(seed, (ulong)i);
            layer.Initialize(noise);
            if (Config.Initialization == "fan_average")
            {
                FanAverage(layer, noise, small);
            }
            else if (ReferenceEquals(layer, embedding.Classes) && Config.ClassAfterEmbedding)
            {
                // One class adds one column, of unit variance.
                using var frozen = no_grad();
                using var drawn = noise.NormalLike(embedding.Classes.Weight);
                embedding.Classes.Weight.copy_(drawn);
            }
        }
    }

    /// <summary>[N, C, H, W], [N] → [N, C', H, W] in float32 (float64 if the parameters are).</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="label">What the network is told about the noise, [N]: see <see cref="SongUNetConfig.TimeEmbeddingType"/>.</param>
    /// <param name="condition">
    /// Of a network with classes: Labels, [N], or Embedding, [N, classes], weights of the classes; none of them means "any". Augmentation,
    /// [N, A], of a network that is told how images were augmented.
    /// </param>
    /// <exception cref="ArgumentException">The input has other channels or sizes than the network can take.</exception>
    public override Tensor forward(Tensor input, Tensor label, Condition? condition)
    {
        using var scope = NewDisposeScope();
        CheckImages(input, label, Config.InChannels);
        var master = parts[0].Module!.get_parameter("weight")!.dtype;
        var told = Config.IsNoiseConditional ? embedding.Of(label, condition, input.size(0), master, Trace) : null;
        using var state = new SongState();
        state.Hidden = Prepared(input, master, Config.CenterInputSample);
        state.Pyramid = Config.ProgressiveInput == "none" ? null : state.Hidden;
        foreach (var (part, module) in parts)
        {
            using var step = NewDisposeScope();
            Run(part, module, state, told);
        }

        var output = Config.Progressive == "output_skip" ? state.Pyramid! : state.Hidden;
        output = output.to(master);
        output = Config.ScaleBySigma ? output / Sigma(label, output) : output.contiguous();
        return (ReferenceEquals(output, state.Hidden) || ReferenceEquals(output, state.Pyramid) ? output.alias() : output).MoveToOuterDisposeScope();
    }

    private void Run(SongPart part, nn.Module? module, SongState state, Tensor? told)
    {
        switch (part.Kind)
        {
            case SongPartKind.Input:
                state.Hidden = Traced(part, Call(module, state.Hidden));
                state.Keep();
                break;
            case SongPartKind.Block:
                state.Hidden = Traced(part, ((ResBlock)module!).call(state.Hidden, told));
                KeepOnTheWayDown(part, state);
                break;
            case SongPartKind.JoinBlock:
                state.Hidden = Traced(part, ((ResBlock)module!).call(state.Joined(), told));
                LeaveInputBehind(state, part);
                break;
            case SongPartKind.Attention:
                state.Hidden = Traced(part, Call(module, state.Hidden));
                if (part.Section == SongSection.Down)
                {
                    state.KeepInstead();
                }

                break;
            case SongPartKind.Halve or SongPartKind.Double:
                state.Hidden = Traced(part, Resized(part, module, state.Hidden, told));
                KeepOnTheWayDown(part, state);
                break;
            case SongPartKind.Output:
                state.Hidden = Traced(part, Call(module, state.Hidden));
                break;
            default:
                RunPyramid(part, module, state);
                break;
        }
    }

    private void RunPyramid(SongPart part, nn.Module? module, SongState state)
    {
        switch (part.Kind)
        {
            case SongPartKind.InputSkip:
                state.Pyramid = factory.Down.Apply(state.Pyramid!, Config.FirKernel);
                var shown = Call(module, state.Pyramid);
                state.Hidden = Traced(part, Config.ProgressiveCombine == "cat" ? cat([shown, state.Hidden], 1) : shown + state.Hidden);
                state.KeepInstead();
                break;
            case SongPartKind.InputResidual:
                state.Hidden = Rescaled(Traced(part, Call(module, state.Pyramid!)) + state.Hidden);
                state.Pyramid = state.Hidden;
                state.KeepInstead();
                break;
            case SongPartKind.OutputSkip:
                var image = Traced(part, Call(module, state.Hidden));
                state.Pyramid = state.Pyramid is null ? image : factory.Up.Apply(state.Pyramid, Config.FirKernel) + image;
                break;
            case SongPartKind.OutputStart:
                state.Pyramid = Traced(part, Call(module, state.Hidden));
                break;
            case SongPartKind.OutputResidual:
                state.Pyramid = Rescaled(Traced(part, Call(module, state.Pyramid!)) + state.Hidden);
                state.Hidden = state.Pyramid;
                break;
            default:
                throw new InvalidOperationException($"unknown part {part.Kind}");
        }
    }

    private static void KeepOnTheWayDown(SongPart part, SongState state)
    {
        if (part.Section == SongSection.Down)
        {
            state.Keep();
        }
    }

    // The pyramid of the input ends at the lowest resolution; the one of the output begins after its blocks.
    private void LeaveInputBehind(SongState state, SongPart part)
    {
        if (part.Level == Config.ChannelMult.Count - 1 && part.Index == 0)
        {
            state.Pyramid = null;
        }
    }

    private Tensor Resized(SongPart part, nn.Module? module, Tensor x, Tensor? told) => module switch
    {
        ResBlock block => block.call(x, told),
        null => (part.Kind == SongPartKind.Halve ? factory.Down : factory.Up).Apply(x, Config.FirKernel),
        _ => Call(module, x),
    };

    private Tensor Rescaled(Tensor sum) => Config.SkipRescale ? sum / Math.Sqrt(2) : sum;

    private static Tensor Call(nn.Module? module, Tensor x) => ((nn.Module<Tensor, Tensor>)module!).call(x);

    private Tensor Traced(SongPart part, Tensor value) => Traced(part.Name, value);

    private Tensor Sigma(Tensor label, Tensor like)
    {
        var sigma = Config.TimeEmbeddingType == "positional" ? Ladder(like).index_select(0, label.to(ScalarType.Int64)) : label.to(like.dtype);
        return sigma.reshape(-1, 1, 1, 1);
    }

    private Tensor Ladder(Tensor like)
    {
        var (high, low, count) = (Math.Log(Config.SigmaMax!.Value), Math.Log(Config.SigmaMin!.Value), Config.SigmaCount!.Value);
        var sigmas = Enumerable.Range(0, count).Select(i => Math.Exp(count == 1 ? high : high + (low - high) * i / (count - 1)));
        return tensor(sigmas.ToArray(), dtype: like.dtype, device: like.device);
    }

    private void FanAverage(IInitialized layer, RandomStream noise, HashSet<Convolution?> small)
    {
        var atEnd = Config.InitScale == 0 ? 1e-10 : Config.InitScale;
        if (layer is Convolution convolution)
        {
            var scale = convolution.StartsAtZero ? atEnd : small.Contains(convolution) ? 0.1 : 1;
            Initial.FanAverage(convolution.Weight, convolution.Bias, scale, noise);
        }
        else if (layer is Dense dense)
        {
            Initial.FanAverage(dense.Weight, dense.HasBias ? dense.Bias : null, dense.StartsAtZero ? atEnd : dense.IsExact ? 1 : 0.1, noise);
        }
    }
}
