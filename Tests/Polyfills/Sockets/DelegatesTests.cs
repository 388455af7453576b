using Pipelines.Sockets.Unofficial;

namespace Platform.Tests.Polyfills.Sockets;

public sealed class DelegatesTests
{
    [Fact]
    public void Each_target_is_met_in_order()
    {
        var called = new List<string>();
        Action first = () => called.Add("first");
        Action both = first + (() => called.Add("second"));

        foreach (var target in both.AsEnumerable())
            target();

        Assert.Equal(["first", "second"], called);
        Assert.True(first.IsSingle());
        Assert.False(both.IsSingle());
    }

    [Fact]
    public void No_delegate_has_no_targets()
    {
        Action? none = null;
        var targets = 0;

        foreach (var _ in none!.AsEnumerable())
            targets++;

        Assert.Equal(0, targets);
    }
}
