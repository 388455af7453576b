using System.Globalization;
using NBomber.Contracts;
using NBomber.CSharp;

namespace Platform.LoadTests.Run;

/// <summary>What a server answered.</summary>
/// <param name="Status">0 when it did not.</param>
/// <param name="Body">What it said; why there is no answer, when there is none.</param>
/// <param name="Node">Who was asked.</param>
/// <param name="Began">When it was asked, since the run began.</param>
/// <param name="Ended">When it had answered, or was given up.</param>
internal sealed record Answer(int Status, string Body, string Node, TimeSpan Began, TimeSpan Ended)
{
    /// <summary>Its <c>Platform-Lsn</c>.</summary>
    internal ulong? Position { get; init; }

    /// <summary>Its <c>ETag</c>, as it is sent back.</summary>
    internal string? ETag { get; init; }

    /// <summary>Whether it was answered as one wishes.</summary>
    internal bool IsGood => Status is >= 200 and < 300;

    /// <summary>For the report.</summary>
    /// <param name="isGood">Whether that was a good answer; by default a 2xx is.</param>
    internal Response<object> ToResponse(bool? isGood = null)
    {
        var status = Status == 0 ? "no answer" : Status.ToString(CultureInfo.InvariantCulture);
        return isGood ?? IsGood ? Response.Ok(status, Body.Length) : Response.Fail(status, Body.Length > 200 ? Body[..200] : Body, Body.Length);
    }
}
