using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>Network cases of what takes tokens or embeddings: diffusers' conditional UNets, unCLIP's prior and projection, DiT.</summary>
public sealed class ConditionalCases : IGoldenKind
{
    private static readonly Dictionary<string, Func<GoldenFile, Comparison, CaseResult>> Kinds = new(StringComparer.Ordinal)
    {
        ["UNet2DConditionModel"] = (file, comparison) => new ConditionalUNetCase(file, comparison).Compare(),
        ["PriorTransformer"] = (file, comparison) => new PriorCase(file, comparison).Compare(),
        ["UnCLIPTextProjModel"] = (file, comparison) => new TextProjectionCase(file, comparison).Compare(),
        ["models.py DiT"] = (file, comparison) => new DiTCase(file, comparison).Compare(),
        ["DiTTransformer2DModel"] = (file, comparison) => new DiTCase(file, comparison).Compare(),
        ["Transformer2DModel"] = (file, comparison) => new DiTCase(file, comparison).Compare(),
    };

    /// <inheritdoc/>
    public bool Handles(GoldenFile file) => file.IsCase && Kinds.ContainsKey(file.Text("cls") ?? "");

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(GoldenFile file)
    {
        var kind = file.Text("cls")!;
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        try
        {
            return [Kinds[kind](file, new Comparison())];
        }
        catch (Exception error) when (CaseFault.Is(error))
        {
            return [CaseResult.Failed(file.Name, kind, error.Message.ReplaceLineEndings(" "))];
        }
    }
}
