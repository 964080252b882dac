namespace Brownian;

/// <summary>The <c>kind</c> that a setting has when it names none: for types whose files are older than their second kind.</summary>
/// <param name="kind">A discriminator of one of the type's derived types.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class DefaultKindAttribute(string kind) : Attribute
{
    public string Kind { get; } = kind;
}
