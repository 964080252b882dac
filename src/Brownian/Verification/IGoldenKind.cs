namespace Brownian.Verification;

/// <summary>A kind of golden cases that can be run. New kinds are added to <see cref="GoldenFolder.Kinds"/>.</summary>
public interface IGoldenKind
{
    /// <summary>Whether this kind runs what <paramref name="file"/> describes.</summary>
    bool Handles(GoldenFile file);

    /// <summary>Runs every case of the file, one result a case.</summary>
    IEnumerable<CaseResult> Run(GoldenFile file);
}
