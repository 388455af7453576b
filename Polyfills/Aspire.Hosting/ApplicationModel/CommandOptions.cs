namespace Aspire.Hosting.ApplicationModel;

/// <summary>How a command is shown, and when it can be given.</summary>
public class CommandOptions
{
    /// <summary>A sentence about it.</summary>
    public string? Description { get; set; }

    /// <summary>Kept for the caller; nothing here uses it.</summary>
    public object? Parameter { get; set; }

    /// <summary>A question asked first.</summary>
    public string? ConfirmationMessage { get; set; }

    /// <summary>A FluentUI icon.</summary>
    public string? IconName { get; set; }

    /// <summary>The icon's variant.</summary>
    public IconVariant? IconVariant { get; set; }

    /// <summary>Whether it is shown beside the resource, not in its menu only.</summary>
    public bool IsHighlighted { get; set; }

    /// <summary>Says, at each change of the resource, whether the command can be given now; by default always.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState>? UpdateState { get; set; }
}
