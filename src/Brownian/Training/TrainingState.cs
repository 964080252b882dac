using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Training;

/// <summary>What a run needs to go on, as named tensors. Valid until the trainer's next step.</summary>
public sealed class TrainingState
{
    private readonly FlatParameters parameters;
    private readonly (string Part, string Prefix, Tensor Buffer)[] buffers;

    private readonly IReadOnlyList<(string Name, Tensor Tensor)> objective;

    internal TrainingState(
        FlatParameters parameters, AdamW optimizer, Ema ema, IReadOnlyList<(string Name, Tensor Tensor)> objective, TrainingProgress progress)
    {
        (this.parameters, this.objective) = (parameters, objective);
        Progress = progress;
        buffers =
        [
            (CheckpointPart.Weights, "", parameters.Buffer),
            (CheckpointPart.Ema, "", ema.Average),
            (CheckpointPart.Optimizer, "exp_avg.", optimizer.FirstMoment),
            (CheckpointPart.Optimizer, "exp_avg_sq.", optimizer.SecondMoment),
        ];
    }

    /// <summary>How far the run is.</summary>
    public TrainingProgress Progress { get; }

    /// <summary>
    /// The parts of a checkpoint: <c>weights</c> (trained), <c>ema</c> (averaged), both under the network's own names,
    /// <c>optimizer</c> (<c>exp_avg.</c>NAME, <c>exp_avg_sq.</c>NAME), and <c>objective</c> if that remembers anything.
    /// </summary>
    public IReadOnlyList<string> Parts =>
    [
        .. buffers.Select(b => b.Part).Distinct(StringComparer.Ordinal),
        .. objective.Count > 0 ? new[] { CheckpointPart.Objective } : [],
    ];

    /// <summary>The tensors of a part: views that belong to the caller's dispose scope.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> Tensors(string part) =>
    [
        .. from entry in buffers
           where entry.Part == part
           from named in parameters.Names.Zip(parameters.Views(entry.Buffer))
           select (entry.Prefix + named.First, named.Second),
        .. part is CheckpointPart.Weights or CheckpointPart.Ema ? parameters.Fixed.Select(entry => (entry.Name, entry.Tensor.alias())) : [],
        .. part == CheckpointPart.Objective ? objective.Select(entry => (entry.Name, entry.Tensor.alias())) : [],
    ];

    /// <summary>Bytes of all parts.</summary>
    public long Bytes =>
        buffers.Length * parameters.Count * sizeof(float) + objective.Sum(entry => entry.Tensor.NumberOfElements * entry.Tensor.ElementSize);

    internal void Read(Func<string, string, Tensor> read)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (part, prefix, buffer) in buffers)
        {
            // The network's own tensors are written, not the buffer beneath: whoever caches casts of them watches their versions.
            var targets = ReferenceEquals(buffer, parameters.Buffer) ? parameters.Parameters : parameters.Views(buffer);
            for (var i = 0; i < targets.Count; i++)
            {
                using var value = read(part, prefix + parameters.Names[i]);
                Copy(value, targets[i], part, prefix + parameters.Names[i]);
            }
        }

        (string Part, string Name, Tensor Target)[] others =
        [
            .. parameters.Fixed.Select(entry => (CheckpointPart.Weights, entry.Name, entry.Tensor)),
            .. objective.Select(entry => (CheckpointPart.Objective, entry.Name, entry.Tensor)),
        ];
        foreach (var (part, name, target) in others)
        {
            using var value = read(part, name);
            Copy(value, target, part, name);
        }
    }

    private static void Copy(Tensor value, Tensor target, string part, string name)
    {
        if (!value.shape.SequenceEqual(target.shape))
        {
            throw new ArgumentException(
                $"{part}: {name} has shape [{string.Join(", ", value.shape)}]; this network has [{string.Join(", ", target.shape)}]. "
                + "Resume with the configuration that the run was started with.");
        }

        target.copy_(value);
    }
}
