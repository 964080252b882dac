using System.Net;
using Brownian.Data.Download;

namespace Brownian.Data.Hub;

/// <summary>What the hub's refusals mean, and what to do.</summary>
internal static class HubErrors
{
    public static DownloadException Of(HttpResponseMessage response, string id, string revision, HubSettings settings)
    {
        var code = response.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.FirstOrDefault() : null;
        var host = settings.Endpoint.Authority;
        var who = settings.Token is null ? "No token was given" : "The token that was given does not suffice";
        return new((code, response.StatusCode) switch
        {
            ("GatedRepo", _) => $"{id} is gated: its owner asks who uses it. Accept its conditions at {settings.Endpoint}{id}, then give a token of that account with --token or HF_TOKEN. {who}.",
            ("RevisionNotFound", _) => $"{id} has no revision '{revision}'. Look at its branches and tags at {settings.Endpoint}{id}, or leave --revision out.",
            ("RepoNotFound", _) or (_, HttpStatusCode.NotFound) => $"{host} has no model '{id}', or it is private. Check the name (OWNER/NAME); for a private one give a token with --token or HF_TOKEN. {who}.",
            (_, HttpStatusCode.Unauthorized) => $"{host} does not let us see '{id}': it does not exist, is private, or the token is wrong. Check the name and the token (--token, HF_TOKEN). {who}.",
            (_, HttpStatusCode.Forbidden) => $"{host} forbids us to see '{id}'. Ask its owner for access, and give a token with --token or HF_TOKEN. {who}.",
            (_, HttpStatusCode.TooManyRequests) => $"{host} asks us to wait: too many requests. Try again in a few minutes, or with a token.",
            var (_, status) => $"{host} failed with {(int)status} ({response.ReasonPhrase}). Try again later; what has come is kept.",
        });
    }

    public static DownloadException NoConnection(Exception cause, HubSettings settings) => new(
        $"No connection to {settings.Endpoint.Authority} ({cause.Message}). Check the network, or HF_ENDPOINT; what is in {settings.Cache} is used with --offline.", cause);

    public static DownloadException NotCached(string id, string revision, HubSettings settings) => new(
        $"{id} (revision {revision}) is not in {settings.Cache}, and we are offline. Fetch it once with a connection (without --offline and HF_HUB_OFFLINE).");
}
