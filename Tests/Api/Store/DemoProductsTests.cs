using Platform.Api.Catalog.Demo;
using Platform.Api.Data;
using Platform.Api.Store;
using Platform.Tests.Support;

namespace Platform.Tests.Api.Store;

public sealed class DemoProductsTests(Stack stack)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_demo_work_is_sold_and_in_stock_by_the_ledger()
    {
        await using var database = await stack.CreateDatabaseAsync();
        await using (var db = MigrateCommand.Open(database.Owner))
        {
            var works = await DemoCatalogue.LoadIfEmptyAsync(db, TimeProvider.System, Ct);

            Assert.Equal(works, await DemoProducts.LoadIfEmptyAsync(db, Ct));
            Assert.Equal(0, await DemoProducts.LoadIfEmptyAsync(db, Ct));
        }

        Assert.Equal(0, await database.ScalarAsync<long>(StockLedgerTests.Audit));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM store.product_variants v WHERE NOT EXISTS (SELECT FROM store.inventory i WHERE i.variant_id = v.id AND i.on_hand > 0)"));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM store.products p WHERE NOT EXISTS (SELECT FROM store.product_variants v WHERE v.product_id = p.id)"));
    }
}
