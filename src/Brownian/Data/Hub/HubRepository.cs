namespace Brownian.Data.Hub;

/// <summary>A repository on a hub at one commit.</summary>
/// <param name="Id">Owner and name, as they were asked for.</param>
/// <param name="Revision">What was asked for: a branch, a tag or a commit.</param>
/// <param name="Commit">The commit that it is.</param>
/// <param name="Files">All files.</param>
public sealed record HubRepository(string Id, string Revision, string Commit, IReadOnlyList<HubFile> Files)
{
    /// <summary>Owner and name as the hub has them now: a repository may have been renamed.</summary>
    public string Name { get; init; } = Id;
}
