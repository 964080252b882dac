using System.Text.Json.Serialization;

namespace Brownian.Objectives;

/// <summary>How the squared errors of one sample become one number.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LossReduction>))]
public enum LossReduction
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Half of their sum, as score matching is written (Hyvärinen 2005; NCSN; score SDE with <c>reduce_mean=False</c>).</summary>
    HalfSum,
}
