namespace Brownian.Data.Hub;

/// <summary>What fetching a model means.</summary>
/// <param name="Repository">The repository at its commit.</param>
/// <param name="Files">The files that are needed.</param>
/// <param name="MissingBytes">The bytes of those that are not in the cache yet.</param>
public sealed record HubPlan(HubRepository Repository, IReadOnlyList<HubFile> Files, long MissingBytes)
{
    /// <summary>The bytes of all files that are needed.</summary>
    public long Bytes => Files.Sum(file => file.Length);
}
