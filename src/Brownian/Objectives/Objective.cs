using System.Text.Json.Serialization;

namespace Brownian.Objectives;

/// <summary>
/// What training minimises, as a value. What changes while training (statistics of the losses, a second network) belongs to the
/// <see cref="ObjectiveRun"/> that it starts.
/// </summary>
/// <remarks>Serialises to JSON; the property <c>kind</c> tells which objective it is; without one it is a <see cref="DenoisingObjective"/>.</remarks>
[DefaultKind("denoising")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(DenoisingObjective), "denoising")]
[JsonDerivedType(typeof(VariationalObjective), "variational")]
[JsonDerivedType(typeof(ConsistencyTraining), "consistency_training")]
[JsonDerivedType(typeof(ConsistencyDistillation), "consistency_distillation")]
[JsonDerivedType(typeof(ProgressiveDistillation), "progressive_distillation")]
[JsonDerivedType(typeof(LearnedScheduleBound), "learned_schedule")]
[JsonDerivedType(typeof(BinomialBound), "binomial")]
public abstract record Objective
{
    /// <summary>Whether the network must have twice the data's channels, the second half for the variance of a reverse step.</summary>
    [JsonIgnore]
    public virtual bool LearnsVariance => false;

    /// <summary>Prepares training at step 0.</summary>
    /// <param name="model">The model to train; borrowed.</param>
    /// <param name="teacher">A trained model to learn from, for objectives that need one; borrowed.</param>
    /// <exception cref="ArgumentException">The objective cannot train this model, or misses a teacher.</exception>
    public abstract ObjectiveRun Start(DiffusionModel model, DiffusionModel? teacher = null);
}
